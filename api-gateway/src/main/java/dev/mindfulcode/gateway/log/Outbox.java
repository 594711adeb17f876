package dev.mindfulcode.gateway.log;

import dev.mindfulcode.gateway.database.Database;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Events that must be on the log if, and only if, a transaction commits: written to a table in that transaction and brought to the
 * log by {@link OutboxRelay} afterwards.
 *
 * <p>Whoever writes events of one user in several transactions must lock that user's row first, so that ids grow in the order of
 * commits.
 */
public final class Outbox {

    private final Database database;
    private final Runnable wake;

    public Outbox(Database database, Runnable wake) {
        this.database = database;
        this.wake = wake;
    }

    /** Writes an event, as {@link EventLog#encode} made it, in the transaction at hand. */
    public Mono<Void> add(String topic, UUID userId, byte[] value) {
        return database.sql(
                        "insert into identity.outbox (topic, record_key, record_value) values (:topic, :key, :value)")
                .bind("topic", topic)
                .bind("key", userId)
                .bind("value", value)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Says that a transaction with events has committed, so that nobody waits for the relay's next look. */
    public void committed() {
        wake.run();
    }
}
