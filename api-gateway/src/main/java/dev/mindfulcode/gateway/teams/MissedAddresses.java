package dev.mindfulcode.gateway.teams;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.ProblemException;
import dev.mindfulcode.gateway.http.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * How often each user named an address that has no account, today (UTC). Adding a member has to say that there is nobody to add, which
 * tells whether an address has an account; a day's bound makes that useless for trying out addresses.
 */
final class MissedAddresses {

    static final int MISSES_A_DAY_MAX = 20;

    private final Database database;

    MissedAddresses(Database database) {
        this.database = database;
    }

    /** Fails with 429 where a user has had today's misses. */
    Mono<Void> check(UUID userId, Instant now) {
        return database.sql("select misses from identity.missed_addresses where user_id = :user and day = :day")
                .bind("user", userId)
                .bind("day", dayOf(now))
                .map(row -> row.get("misses", Integer.class))
                .one()
                .filter(misses -> misses >= MISSES_A_DAY_MAX)
                .flatMap(misses -> Mono.error(() -> tooMany(now)));
    }

    /** Fails with 429 where this is one too many: of many at once, each may have passed {@link #check}. */
    Mono<Void> count(UUID userId, Instant now) {
        return database.sql("insert into identity.missed_addresses as m (user_id, day, misses) values (:user, :day, 1)"
                        + " on conflict (user_id) do update set day = excluded.day,"
                        + " misses = case when m.day = excluded.day then m.misses + 1 else 1 end returning misses")
                .bind("user", userId)
                .bind("day", dayOf(now))
                .map(row -> row.get("misses", Integer.class))
                .one()
                .filter(misses -> misses > MISSES_A_DAY_MAX)
                .flatMap(misses -> Mono.error(() -> tooMany(now)));
    }

    private static LocalDate dayOf(Instant now) {
        return now.atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static ProblemException tooMany(Instant now) {
        Instant tomorrow = dayOf(now).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return ProblemType.TOO_MANY_UNKNOWN_ADDRESSES.retryAfter(
                Math.toIntExact(Duration.between(now, tomorrow).toSeconds()) + 1,
                "Too many addresses without an account were named today.");
    }
}
