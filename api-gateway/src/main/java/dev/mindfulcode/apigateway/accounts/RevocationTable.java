package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.Revocations;
import java.util.Collection;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** Where revocations are told to all services that believe credentials without asking. */
final class RevocationTable {

    private final Database database;
    private final Revocations here;

    /** @param here what this process knows, so that nobody here has to wait for the table's next reading */
    RevocationTable(Database database, Revocations here) {
        this.database = database;
        this.here = here;
    }

    /**
     * Writes revocations in the transaction at hand, and sweeps out those that have ended the last token they could.
     */
    Mono<Void> record(Collection<UUID> grantIds) {
        if (grantIds.isEmpty()) {
            return Mono.empty();
        }
        return database.sql("""
            delete from identity.revocations where grant_id in (
                select grant_id from identity.revocations
                where recorded_at < now() - make_interval(secs => :kept) limit 1000 for update skip locked)\
            """)
                .bind("kept", AccessTokenFormat.VALIDITY_MAX.multipliedBy(2).toSeconds())
                .fetch()
                .rowsUpdated()
                .then(database.sql("insert into identity.revocations (grant_id) select unnest(:grants) on conflict do"
                                + " nothing")
                        .bind("grants", grantIds.toArray(UUID[]::new))
                        .fetch()
                        .rowsUpdated())
                .then();
    }

    void committed(Collection<UUID> grantIds) {
        grantIds.forEach(here::add);
    }
}
