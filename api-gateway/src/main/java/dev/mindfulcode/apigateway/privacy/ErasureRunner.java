package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.jobs.BackgroundJob;
import dev.mindfulcode.dataprotection.Erasure;
import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.Erasures.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the pending steps of erasures. One gateway at a time does so, under an advisory lock; when it dies another
 * resumes. Each step can be repeated, and a step that has to wait is tried again in the next round, so that a slow one
 * delays no other.
 */
final class ErasureRunner extends BackgroundJob {

    private static final Logger log = LoggerFactory.getLogger(ErasureRunner.class);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final int ERASURES_MAX = 200;

    /** Unique in this database: the letters "mcerase". */
    private static final long LOCK_ID = 0x6D63_6572_6173_65L;

    private static final String LOCK = "SELECT pg_try_advisory_lock(" + LOCK_ID + ")";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(" + LOCK_ID + ")";

    /** One step of an erasure; repeatable. */
    @FunctionalInterface
    interface Step {

        /**
         * Does what can be done now.
         *
         * @return null if the step has to be tried again
         */
        @Nullable
        Outcome run(Erasure erasure) throws Exception;
    }

    private final DataSource database;
    private final Erasures erasures;
    private final Map<ErasurePlace, Step> steps;
    private final Runnable roundEnded;
    private final Runnable completed;

    /**
     * @param steps in their order; places of other services are not among them
     * @param roundEnded releases what the steps of a round share
     * @param completed counts complete erasures
     */
    ErasureRunner(
            DataSource database,
            Erasures erasures,
            Map<ErasurePlace, Step> steps,
            Runnable roundEnded,
            Runnable completed) {
        super("gateway-erasures", RETRY_DELAY, STOP_TIMEOUT);
        this.database = database;
        this.erasures = erasures;
        this.steps = steps;
        this.roundEnded = roundEnded;
        this.completed = completed;
    }

    @Override
    protected Duration round() throws SQLException, InterruptedException {
        return advanceAll() ? POLL_INTERVAL : RETRY_DELAY;
    }

    /** Returns whether no step failed. The connection of the lock has no transaction: it would retain deleted rows. */
    private boolean advanceAll() throws SQLException, InterruptedException {
        if (erasures.open(1).isEmpty()) {
            return true;
        }
        try (Connection lock = database.getConnection()) {
            if (!isTrue(lock, LOCK)) {
                return true;
            }
            try {
                boolean isSuccessful = true;
                for (Erasure erasure : erasures.open(ERASURES_MAX)) {
                    if (!isStopping()) {
                        isSuccessful &= advance(erasure);
                    }
                }
                return isSuccessful;
            } finally {
                roundEnded.run();
                isTrue(lock, UNLOCK);
            }
        }
    }

    private boolean advance(Erasure erasure) throws SQLException, InterruptedException {
        boolean isSuccessful = true;
        for (Map.Entry<ErasurePlace, Step> step : steps.entrySet()) {
            if (erasure.isPending(step.getKey())) {
                isSuccessful &= attempt(erasure, step.getKey(), step.getValue());
            }
        }
        if (erasures.complete(erasure.erasureId())) {
            log.info("Erasure complete");
            completed.run();
        }
        return isSuccessful;
    }

    @SuppressWarnings("CatchingUnchecked") // the other steps continue
    private boolean attempt(Erasure erasure, ErasurePlace place, Step step) throws InterruptedException {
        try {
            Outcome outcome = step.run(erasure);
            if (outcome != null) {
                erasures.finish(erasure.erasureId(), new EnumMap<>(Map.of(place, outcome)));
            }
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // The class alone: a message may quote a row.
            log.warn(
                    "Erasure step failed; retrying: place={}, error={}",
                    place.text(),
                    e.getClass().getName());
            return false;
        }
    }

    private static boolean isTrue(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }
}
