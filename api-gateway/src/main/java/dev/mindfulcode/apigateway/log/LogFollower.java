package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * A thread that reads topics from the gateway's start to its end: it opens a consumer, and another one a second after
 * that failed.
 *
 * @param <K> of the topics' keys
 */
public abstract class LogFollower<K> implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);

    protected static final Duration POLL_WAIT_MAX = Duration.ofMillis(500);
    private static final Duration READY_WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(3);
    private static final Duration FAILURE_PAUSE = Duration.ofSeconds(1);

    private final String name;
    private final CountDownLatch ready;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Consumer<K, byte[]> consumer;
    private ClockStepWatch.@Nullable Registration registration;

    /**
     * @param name of the thread, and in what is logged
     * @param isAwaited whether the gateway's start waits, within bounds, for {@link #ready()}
     */
    protected LogFollower(String name, boolean isAwaited) {
        this.name = name;
        this.ready = new CountDownLatch(isAwaited ? 1 : 0);
    }

    protected abstract Consumer<K, byte[]> open();

    /** Reads while {@link #goesOn()}. Whatever it throws is a failure, after which it is called again. */
    protected abstract void follow(Consumer<K, byte[]> opened) throws SQLException;

    protected final boolean goesOn() {
        return thread == Thread.currentThread();
    }

    /** Says that what begins after this misses nothing. */
    protected final void ready() {
        ready.countDown();
    }

    private void run() {
        while (goesOn()) {
            try (Consumer<K, byte[]> opened = open()) {
                consumer = opened;
                follow(opened);
            } catch (WakeupException | InterruptException e) {
                // Being stopped, as the loop's condition says; or the clock was set back, and another consumer follows.
            } catch (SQLException | RuntimeException e) {
                LOG.warn("{} is interrupted and starts again: {}", name, e.toString());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    protected final void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(FAILURE_PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final synchronized void start() {
        if (thread != null) {
            return;
        }
        Thread started = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        thread = started;
        registration = ClockStepWatch.ofSystem().onStepBack(name, this::reopen);
        started.start();
        try {
            if (!ready.await(READY_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} has not found its place in the log yet; the gateway starts without", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final void stop() {
        Thread stopping;
        synchronized (this) {
            stopping = thread;
            thread = null;
            if (registration != null) {
                registration.close();
                registration = null;
            }
        }
        reopen();
        if (stopping != null) {
            try {
                if (!stopping.join(STOP_WAIT_MAX)) {
                    stopping.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the consumer at hand, which is followed by another one unless this is being stopped. */
    private void reopen() {
        Consumer<K, byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
    }

    @Override
    public final boolean isRunning() {
        return thread != null;
    }
}
