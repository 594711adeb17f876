package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.admin.ContributedRatings.Contributor;
import dev.mindfulcode.apigateway.admin.ContributedRatings.Period;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeyException;
import dev.mindfulcode.dataprotection.UserKeys;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
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

    /** Maximum number of users; those who have contributed longest count. */
    static final int USERS_MAX = 100;

    private static final Duration TIMEOUT = Duration.ofSeconds(12);
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final int QUEUED_REQUESTS_MAX = 4;

    private static final String CONTRIBUTORS = """
            SELECT user_id, model_contribution_since FROM gateway.privacy_settings
            WHERE model_contribution_since IS NOT NULL
            ORDER BY model_contribution_since, user_id LIMIT\s""" + USERS_MAX;

    private final KafkaConnection kafka;
    private final DataSource database;
    private final UserKeys keys;
    private final InstantSource clock;
    private final Scheduler requests = Schedulers.newBoundedElastic(1, QUEUED_REQUESTS_MAX, "gateway-model-evaluation");

    ModelEvaluator(KafkaConnection kafka, DataSource database, UserKeys keys, InstantSource clock) {
        this.kafka = kafka;
        this.database = database;
        this.keys = keys;
        this.clock = clock;
    }

    record Result(String modelId, Period period, InstallationEvaluation evaluation) {}

    /** Emits the evaluation of a model; fails with 409 if too few users contribute ratings. */
    Mono<Result> evaluate(String modelId) {
        return Mono.fromCallable(() -> evaluateBlocking(modelId))
                .subscribeOn(requests)
                .onErrorMap(
                        e -> e instanceof SQLException || e instanceof UserKeyException,
                        e -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable."))
                .onErrorMap(
                        KafkaException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Kafka does not respond within " + TIMEOUT.toSeconds() + " s."))
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "More than " + QUEUED_REQUESTS_MAX + " evaluations are waiting."));
    }

    private Result evaluateBlocking(String modelId) throws SQLException {
        Period period = completeWeeks(clock.instant());
        try (ContributedRatings ratings = new ContributedRatings(kafka, contributors(), period, modelId, TIMEOUT)) {
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

    /** Returns who contributes, those who have done so longest first; users without a key are being erased. */
    private List<Contributor> contributors() throws SQLException {
        Map<UUID, Instant> since = new LinkedHashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(CONTRIBUTORS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                since.put(
                        row.getObject(1, UUID.class),
                        row.getObject(2, OffsetDateTime.class).toInstant());
            }
        }
        Map<UUID, UserCipher> ciphers = keys.findAll(since.keySet());
        List<Contributor> contributors = new ArrayList<>();
        since.forEach((userId, from) -> {
            UserCipher cipher = ciphers.get(userId);
            if (cipher != null) {
                contributors.add(new Contributor(userId, from, cipher));
            }
        });
        return contributors;
    }

    @Override
    public void close() {
        requests.dispose();
    }
}
