package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.admin.ContributedRatings.Contributor;
import dev.mindfulcode.apigateway.admin.ContributedRatings.Period;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.UserKeyException;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.kafka.common.KafkaException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Evaluates a model on the ratings of users who contribute to models. It stores nothing: each call reads who
 * contributes now and what they rated since then, so that erased users and withdrawn consent are absent from the next
 * call.
 *
 * <p>Ratings of the running week do not count, so that repeated calls do not show when one user rates.
 */
final class ModelEvaluator implements AutoCloseable {

    static final int WEEKS = 12;

    /** Maximum number of users; those who have contributed longest count, of those active since the period began. */
    static final int USERS_MAX = 100;

    private static final Duration TIMEOUT = Duration.ofSeconds(12);
    private static final int RETRY_AFTER_SECONDS = 5;

    /** Users who were not active since the period began have no ratings in it; activity is stored a minute late. */
    private static final String CONTRIBUTORS = """
            SELECT user_id, model_contribution_since
            FROM gateway.privacy_settings LEFT JOIN gateway.user_activity USING (user_id)
            WHERE model_contribution_since IS NOT NULL AND (last_active_on IS NULL OR last_active_on >= ?)
            ORDER BY model_contribution_since, user_id LIMIT\s""" + USERS_MAX;

    private final KafkaConnection kafka;
    private final DataSource database;
    private final UserKeys keys;
    private final InstantSource clock;
    private final AtomicBoolean isEvaluating = new AtomicBoolean();

    /** A cancelled evaluation may not have ended when the next begins. */
    private final Scheduler requests = Schedulers.newBoundedElastic(1, 1, "gateway-model-evaluation");

    ModelEvaluator(KafkaConnection kafka, DataSource database, UserKeys keys, InstantSource clock) {
        this.kafka = kafka;
        this.database = database;
        this.keys = keys;
        this.clock = clock;
    }

    record Result(String modelId, Period period, InstallationEvaluation evaluation) {}

    /**
     * Emits the evaluation of a model; fails with 409 if too few users contribute ratings, with 503 while another one
     * runs.
     */
    Mono<Result> evaluate(String modelId) {
        return Mono.using(
                        this::begin,
                        deadlineNs -> Mono.fromCallable(() -> evaluateBlocking(modelId, deadlineNs))
                                .subscribeOn(requests),
                        _ -> isEvaluating.set(false))
                .onErrorMap(
                        e -> e instanceof SQLException || e instanceof UserKeyException,
                        e -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable."))
                .onErrorMap(
                        KafkaException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Kafka does not respond within " + TIMEOUT.toSeconds() + " s."))
                .onErrorMap(RejectedExecutionException.class, _ -> busy());
    }

    /** Returns the time by which the evaluation ends. */
    private long begin() {
        if (!isEvaluating.compareAndSet(false, true)) {
            throw busy();
        }
        return System.nanoTime() + TIMEOUT.toNanos();
    }

    private static ProblemException busy() {
        return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Another evaluation is running.");
    }

    private Result evaluateBlocking(String modelId, long deadlineNs) throws SQLException {
        Period period = completeWeeks(clock.instant());
        try (ContributedRatings ratings =
                new ContributedRatings(kafka, keys, contributors(period), period, modelId, deadlineNs)) {
            return InstallationEvaluation.of(ratings.read())
                    .map(evaluation -> new Result(modelId, period, evaluation))
                    .orElseThrow(() ->
                            ProblemType.TOO_FEW_CONTRIBUTORS.withDetail("Fewer than " + InstallationEvaluation.USERS_MIN
                                    + " users contribute ratings that answer a reading of " + modelId + ", from "
                                    + period.from() + " to " + period.to() + "."));
        }
    }

    /** Returns the latest weeks from Monday to Monday, UTC, that are over. */
    static Period completeWeeks(Instant now) {
        LocalDate monday =
                LocalDate.ofInstant(now, ZoneOffset.UTC).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        return new Period(
                monday.minusWeeks(WEEKS).atStartOfDay(ZoneOffset.UTC).toInstant(),
                monday.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    /** Returns who contributes, those who have done so longest first. */
    private List<Contributor> contributors(Period period) throws SQLException {
        List<Contributor> contributors = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(CONTRIBUTORS)) {
            statement.setObject(1, LocalDate.ofInstant(period.from(), ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    contributors.add(new Contributor(
                            row.getObject(1, UUID.class),
                            row.getObject(2, OffsetDateTime.class).toInstant()));
                }
            }
        }
        return contributors;
    }

    @Override
    public void close() {
        requests.dispose();
    }
}
