package dev.mindfulcode.apigateway.jobs;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Work in rounds on a thread of its own, from the start of the context to its end. A round that fails is logged and
 * repeated. Thread-safe; rounds run one at a time.
 */
public abstract class BackgroundJob implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(BackgroundJob.class);

    /** From an interrupt of a round to its end. */
    private static final Duration INTERRUPT_TIMEOUT = Duration.ofSeconds(2);

    private final String name;
    private final Duration retryDelay;
    private final Duration stopTimeout;
    private final Semaphore wakes = new Semaphore(0);
    private volatile @Nullable Thread thread;

    /**
     * @param name of the thread
     * @param retryDelay after a round that failed
     * @param stopTimeout after which a round is interrupted
     */
    protected BackgroundJob(String name, Duration retryDelay, Duration stopTimeout) {
        this.name = name;
        this.retryDelay = retryDelay;
        this.stopTimeout = stopTimeout;
    }

    /** Does what there is to do, and returns the delay until the next round. */
    protected abstract Duration round() throws Exception;

    /** Returns whether the round of this thread should end. */
    protected final boolean isStopping() {
        return thread != Thread.currentThread();
    }

    /** Begins the next round now. */
    public final void wake() {
        if (wakes.availablePermits() == 0) {
            wakes.release();
        }
    }

    @Override
    public final synchronized void start() {
        if (thread == null) {
            Thread started = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
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
            if (!stopping.join(stopTimeout)) {
                stopping.interrupt();
                if (!stopping.join(INTERRUPT_TIMEOUT)) {
                    log.warn("{} has not ended", name);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final boolean isRunning() {
        return thread != null;
    }

    private void run() {
        try {
            while (!isStopping()) {
                Duration delay = attempt();
                if (wakes.tryAcquire(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                    wakes.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // the next round may succeed, also after an error
    private Duration attempt() throws InterruptedException {
        try {
            return round();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            log.warn("{} failed; retrying in {} ms: error={}", name, retryDelay.toMillis(), kind(e));
            return retryDelay;
        }
    }

    /** Returns the class and the SQLSTATE alone: a message may quote a row. */
    private static String kind(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return e.getClass().getName() + ", sqlstate=" + sql.getSQLState();
            }
        }
        return e.getClass().getName();
    }
}
