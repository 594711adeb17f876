package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.apigateway.database.Database;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * Events that must be on the log if, and only if, a transaction commits: written to a table in that transaction and
 * brought to the log by {@link OutboxRelay} afterwards.
 *
 * <p>Events under one key reach the log in the order of their ids. Whoever writes events under one key in several
 * transactions must lock a row that stands for it first (the user's, say), so that ids grow in the order of commits.
 */
public final class Outbox {

    private final Database database;
    private final Runnable wake;

    public Outbox(Database database, Runnable wake) {
        this.database = database;
        this.wake = wake;
    }

    /** Writes an event, as {@link EventPublisher#encode} made it, in the transaction at hand. */
    public Mono<Void> add(String topic, UUID userId, byte[] value) {
        return add(topic, userId.toString(), value);
    }

    /** As {@link #add(String, UUID, byte[])}, for a topic that is not keyed by users. */
    public Mono<Void> add(String topic, String key, byte[] value) {
        return insert(topic, key, insert -> insert.bind("value", value));
    }

    /** Says that there is nothing under a key of a compacted topic any more. */
    public Mono<Void> addTombstone(String topic, String key) {
        return insert(topic, key, insert -> insert.bindNull("value", byte[].class));
    }

    private Mono<Void> insert(String topic, String key, UnaryOperator<GenericExecuteSpec> value) {
        return value.apply(database.sql("insert into gateway.outbox (topic, record_key, record_value)"
                                + " values (:topic, :key, :value)")
                        .bind("topic", topic)
                        .bind("key", key))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Says that a transaction with events has committed, so that nobody waits for the relay's next look. */
    public void wakeRelay() {
        wake.run();
    }
}
