package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.apigateway.database.Database;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * Transactional outbox: events that are published if and only if a transaction commits. They are written to a table in
 * that transaction; {@link OutboxRelay} publishes them afterwards.
 *
 * <p>Events of one key are published in the order of their ids. Transactions that write events of the same key must
 * first lock a row for it (such as the user's), so that ids grow in the order of commits.
 */
public final class Outbox {

    private final Database database;
    private final Runnable wake;

    public Outbox(Database database, Runnable wake) {
        this.database = database;
        this.wake = wake;
    }

    /** Adds an event sealed by {@link EventPublisher#seal} in the current transaction. */
    public Mono<Void> add(String topic, UUID userId, byte[] value) {
        return add(topic, userId.toString(), value);
    }

    /** Adds an event of a topic that is not keyed by user, encoded by {@link EventPublisher#encode}. */
    public Mono<Void> add(String topic, String key, byte[] value) {
        return insert(topic, key, insert -> insert.bind("value", value));
    }

    /** Adds a tombstone, which removes a key from a compacted topic. */
    public Mono<Void> addTombstone(String topic, String key) {
        return insert(topic, key, insert -> insert.bindNull("value", byte[].class));
    }

    private Mono<Void> insert(String topic, String key, UnaryOperator<GenericExecuteSpec> value) {
        return value.apply(database.sql("INSERT INTO gateway.outbox (topic, record_key, record_value)"
                                + " VALUES (:topic, :key, :value)")
                        .bind("topic", topic)
                        .bind("key", key))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Wakes the relay after a transaction with events has committed. */
    public void wakeRelay() {
        wake.run();
    }
}
