package dev.mindfulcode.apigateway.privacy;

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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Executes the pending steps of erasures. One gateway at a time does so, under an advisory lock; when it dies another
 * resumes. Each step can be repeated, and a step that has to wait is tried again in the next round, so that a slow one
 * delays no other.
 */
final class ErasureRunner implements SmartLifecycle, Runnable {

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
    private final Semaphore wakes = new Semaphore(0);
    private volatile @Nullable Thread thread;

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
        this.database = database;
        this.erasures = erasures;
        this.steps = steps;
        this.roundEnded = roundEnded;
        this.completed = completed;
    }

    void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            Thread started =
                    Thread.ofPlatform().name("gateway-erasures").daemon().unstarted(this);
            thread = started;
            started.start();
        }
    }

    @Override
    public void stop() {
        Thread stopping;
        synchronized (this) {
            stopping = thread;
            thread = null;
        }
        if (stopping == null) {
            return;
        }
        wake();
        try {
            if (!stopping.join(STOP_TIMEOUT)) {
                stopping.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    @Override
    public void run() {
        Thread self = Thread.currentThread();
        while (thread == self) {
            try {
                boolean isSuccessful = round(self);
                pause(isSuccessful ? POLL_INTERVAL : RETRY_DELAY);
            } catch (SQLException e) {
                log.warn("Erasures not read; retrying in {} s: error={}", RETRY_DELAY.toSeconds(), e.toString());
                try {
                    pause(RETRY_DELAY);
                } catch (InterruptedException interrupted) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void pause(Duration delay) throws InterruptedException {
        if (wakes.tryAcquire(delay.toMillis(), TimeUnit.MILLISECONDS)) {
            wakes.drainPermits();
        }
    }

    /** Returns whether no step failed. The connection of the lock has no transaction: it would retain deleted rows. */
    private boolean round(Thread self) throws SQLException, InterruptedException {
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
                    if (thread == self) {
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
