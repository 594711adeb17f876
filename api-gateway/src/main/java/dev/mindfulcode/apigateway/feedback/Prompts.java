package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.schemas.FlowState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Mono;

/**
 * Prompts for a rating of flow: for users who opted in, at a break that they took, a limited number of times per day,
 * and never in flow. Prompts at natural breaks disturb least (Iqbal and Bailey, "Effects of intelligent notification
 * management on users and their tasks", CHI 2008).
 *
 * <p>The last moment before a break is unlike others: flow has just ended. So half of the prompts are about a minute of
 * the stretch before it that is drawn at random. The probability with which a moment was chosen is stored, and goes
 * with its answer.
 */
public final class Prompts {

    static final int PER_DAY_MAX = 6;

    /** Minimum active time of a session. */
    static final Duration WORK_MIN = Duration.ofMinutes(10);

    /** Age of the oldest reading that the stream has: a rating of an earlier moment is not learned from. */
    static final Duration READINGS_AGO_MAX = Duration.ofMinutes(60);

    /** Time within which most answers come. A convention. */
    static final Duration ANSWERED_WITHIN = Duration.ofMinutes(15);

    /** Maximum age of a moment, and so of the last activity, since editors may send late. */
    static final Duration MOMENT_AGO_MAX = READINGS_AGO_MAX.minus(ANSWERED_WITHIN);

    /** A pause of the session is no moment of work. The read model may lack the latest minutes, but has the others. */
    private static final String STRETCH_STARTED = """
            SELECT coalesce(max(minute) FILTER (WHERE after_break), min(minute)) AS started_at
            FROM (SELECT minute, minute - lag(minute) OVER (ORDER BY minute) > INTERVAL '5 minutes' AS after_break
                  FROM (SELECT minute
                        FROM readmodel.flow_minutes
                        WHERE user_id = :user AND minute >= :from AND minute < :to AND active_ms > 0
                        UNION SELECT date_trunc('minute', CAST(:to AS timestamptz))) active) m""";

    private static final String COUNT_PROMPT = """
            UPDATE gateway.feedback_prompts p
            SET prompt_count = CASE WHEN p.prompted_on = :today THEN p.prompt_count ELSE 0 END + 1,
                prompted_on = :today,
                prompted_at = :now,
                prompted_about = :about,
                sampled_about = :moment,
                sampling_probability = :probability
            WHERE p.user_id = :user
              AND p.per_day > CASE WHEN p.prompted_on = :today THEN p.prompt_count ELSE 0 END
              AND p.prompted_about IS DISTINCT FROM CAST(:about AS timestamptz)
              AND (p.prompted_at IS NULL OR p.prompted_at <= CAST(:now AS timestamptz) - INTERVAL '45 minutes')""";

    private final Database database;
    private final AccountTable accounts;
    private final InstantSource clock;
    private final RandomGenerator random;

    Prompts(Database database, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.clock = clock;
        this.random = random;
    }

    /**
     * A moment to be rated.
     *
     * @param probability with which this minute was chosen among those of the stretch
     */
    record Moment(Instant about, double probability) {

        /** Chooses the last moment of a stretch or, as often, one of its minutes. */
        static Moment of(Instant from, Instant to, RandomGenerator random) {
            int minutes = (int) Math.max(1, Duration.between(from, to).toMinutes());
            int before = random.nextBoolean() ? 0 : random.nextInt(minutes);
            double ofRandomMinute = 0.5 / minutes;
            return new Moment(
                    to.minus(Duration.ofMinutes(before)), before == 0 ? 0.5 + ofRandomMinute : ofRandomMinute);
        }
    }

    /**
     * Emits the moment that a user who has just taken a break is prompted to rate, if any, and counts the prompt, in
     * one statement, so that the limit holds across gateways. Days are those of the user's time zone.
     *
     * @param latest the session's state at the break
     */
    public Mono<Instant> momentToRate(UUID userId, FlowState latest) {
        Instant now = clock.instant();
        Instant oldest = now.minus(MOMENT_AGO_MAX);
        Instant last = latest.getLastActivityAt();
        if (latest.getIsInFlow() || latest.getActiveMs() < WORK_MIN.toMillis() || last.isBefore(oldest)) {
            return Mono.empty();
        }
        return stretchStartedAt(userId, oldest, last)
                .map(started -> Moment.of(latestOf(started, oldest, latest.getFirstActivityAt()), last, random))
                .flatMap(moment -> today(userId, now)
                        .flatMap(today -> database.sql(COUNT_PROMPT)
                                .bind("user", userId)
                                .bind("today", today)
                                .bind("now", now)
                                .bind("about", last)
                                .bind("moment", moment.about())
                                .bind("probability", moment.probability())
                                .fetch()
                                .rowsUpdated())
                        .filter(updated -> updated == 1)
                        .map(_ -> moment.about()));
    }

    /** Emits the first minute of the last stretch of activity, none earlier than given. */
    private Mono<Instant> stretchStartedAt(UUID userId, Instant oldest, Instant last) {
        return database.sql(STRETCH_STARTED)
                .bind("user", userId)
                .bind("from", oldest)
                .bind("to", last)
                .map(row -> row.get("started_at", Instant.class))
                .one();
    }

    private static Instant latestOf(Instant... times) {
        return Collections.max(List.of(times));
    }

    /** Emits the probability with which the latest prompt chose this moment; empty for another one. */
    Mono<Double> probabilityOf(UUID userId, Instant about) {
        return database.sql("SELECT sampling_probability FROM gateway.feedback_prompts"
                        + " WHERE user_id = :user AND sampled_about = :about")
                .bind("user", userId)
                .bind("about", about)
                .map(row -> row.get("sampling_probability", Double.class))
                .one();
    }

    private Mono<LocalDate> today(UUID userId, Instant now) {
        return accounts.timeZone(userId).map(zone -> LocalDate.ofInstant(now, TimeZones.of(zone)));
    }

    /** Emits the maximum number of prompts per day; 0 by default. */
    Mono<Integer> perDay(UUID userId) {
        return database.sql("SELECT per_day FROM gateway.feedback_prompts WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> row.get("per_day", Integer.class))
                .one()
                .defaultIfEmpty(0);
    }

    Mono<Integer> choose(UUID userId, int perDay) {
        return database.sql("INSERT INTO gateway.feedback_prompts (user_id, per_day) VALUES (:user, :perDay)"
                        + " ON CONFLICT (user_id) DO UPDATE SET per_day = excluded.per_day")
                .bind("user", userId)
                .bind("perDay", perDay)
                .fetch()
                .rowsUpdated()
                .thenReturn(perDay);
    }
}
