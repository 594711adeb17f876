package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.schemas.FlowState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * When a user may be asked how much in flow they were: if they want to be, at a break that they have taken by
 * themselves, so many times a day, and never while they are in flow. Asking at the breaks that people make anyway costs
 * them least (Iqbal and Bailey, "Effects of intelligent notification management on users and their tasks", CHI 2008).
 */
public final class Prompts {

    static final int PER_DAY_MAX = 6;

    /** Of a shorter stretch of work there is little to say. */
    static final Duration WORK_MIN = Duration.ofMinutes(10);

    /** What an editor sends that was offline is no break of now; and longer ago nobody is sure how it was. */
    static final Duration WORK_AGO_MAX = Duration.ofMinutes(45);

    private static final String TAKE = """
            update gateway.feedback_prompts p
            set asked_times = case when p.asked_on = :today then p.asked_times else 0 end + 1,
                asked_on = :today,
                asked_at = :now,
                asked_about = :about
            where p.user_id = :user
              and p.per_day > case when p.asked_on = :today then p.asked_times else 0 end
              and p.asked_about is distinct from cast(:about as timestamptz)
              and (p.asked_at is null or p.asked_at <= cast(:now as timestamptz) - interval '45 minutes')""";

    private final Database database;
    private final AccountTable accounts;
    private final InstantSource clock;

    Prompts(Database database, InstantSource clock) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.clock = clock;
    }

    /**
     * Emits whether a user who has just taken a break from a session may be asked about it, and counts the prompt if
     * so. It does so in one statement, so that several gateways together ask no more than one would. The day is that of
     * the user's time zone.
     *
     * @param latest the session's state at the break
     */
    public Mono<Boolean> mayAsk(UUID userId, FlowState latest) {
        Instant now = clock.instant();
        if (latest.getIsInFlow()
                || latest.getActiveMs() < WORK_MIN.toMillis()
                || latest.getLastActivityAt().isBefore(now.minus(WORK_AGO_MAX))) {
            return Mono.just(false);
        }
        return today(userId, now)
                .flatMap(today -> database.sql(TAKE)
                        .bind("user", userId)
                        .bind("today", today)
                        .bind("now", now)
                        .bind("about", latest.getLastActivityAt())
                        .fetch()
                        .rowsUpdated())
                .map(taken -> taken == 1)
                .defaultIfEmpty(false);
    }

    private Mono<LocalDate> today(UUID userId, Instant now) {
        return accounts.timeZone(userId).map(zone -> LocalDate.ofInstant(now, TimeZones.of(zone)));
    }

    /** Emits how many prompts a day the user wants at most; 0, the default, for none. */
    Mono<Integer> perDay(UUID userId) {
        return database.sql("select per_day from gateway.feedback_prompts where user_id = :user")
                .bind("user", userId)
                .map(row -> row.get("per_day", Integer.class))
                .one()
                .defaultIfEmpty(0);
    }

    Mono<Integer> choose(UUID userId, int perDay) {
        return database.sql("insert into gateway.feedback_prompts (user_id, per_day) values (:user, :perDay)"
                        + " on conflict (user_id) do update set per_day = excluded.per_day")
                .bind("user", userId)
                .bind("perDay", perDay)
                .fetch()
                .rowsUpdated()
                .thenReturn(perDay);
    }
}
