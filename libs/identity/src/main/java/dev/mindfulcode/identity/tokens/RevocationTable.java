package dev.mindfulcode.identity.tokens;

import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.ReactiveDatabase;
import dev.mindfulcode.identity.Revocations;
import java.util.Collection;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** Publishes revocations to all services that verify credentials, by the table {@code revocations}. Thread-safe. */
public final class RevocationTable {

    private static final int DELETED_AT_ONCE_MAX = 1_000;

    private final ReactiveDatabase database;
    private final Revocations local;

    /** @param local the revocations known to this process, which need not wait for the next poll of the table */
    public RevocationTable(ReactiveDatabase database, Revocations local) {
        this.database = database;
        this.local = local;
    }

    /** Inserts revocations in the caller's transaction, and deletes those that no valid token refers to. */
    public Mono<Void> insert(Collection<UUID> grantIds) {
        if (grantIds.isEmpty()) {
            return Mono.empty();
        }
        return database.sql("""
                        DELETE FROM identity.revocations WHERE grant_id IN (
                            SELECT grant_id FROM identity.revocations
                            WHERE recorded_at < now() - make_interval(secs => :retention)
                            LIMIT :max FOR UPDATE SKIP LOCKED)""")
                .bind(
                        "retention",
                        AccessTokenFormat.VALIDITY_MAX.multipliedBy(2).toSeconds())
                .bind("max", DELETED_AT_ONCE_MAX)
                .fetch()
                .rowsUpdated()
                .then(database.sql("""
                                INSERT INTO identity.revocations (grant_id) SELECT unnest(:grants)
                                ON CONFLICT DO NOTHING""")
                        .bind("grants", grantIds.toArray(UUID[]::new))
                        .fetch()
                        .rowsUpdated())
                .then();
    }

    /** Applies revocations in this process at once; call it after the transaction has committed. */
    public void committed(Collection<UUID> grantIds) {
        grantIds.forEach(local::add);
    }

    /** Emits whether a grant has been revoked. */
    public Mono<Boolean> contains(UUID grantId) {
        return database.sql("SELECT 1 AS one FROM identity.revocations WHERE grant_id = :grant")
                .bind("grant", grantId)
                .map(row -> true)
                .one()
                .defaultIfEmpty(false);
    }
}
