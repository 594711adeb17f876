package dev.mindfulcode.schemas.clock;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch of the system clock that restarts its listeners after the clock was set back.
 *
 * <p>Kafka's clients and Kafka Streams store system times for the next heartbeat, reconnect, commit and punctuation.
 * After a step back they do none of these until the old time is reached again; a new client is not affected. A step
 * forward only makes them due early. Thread-safe.
 */
public final class ClockStepWatch implements AutoCloseable {

    /** Smaller steps delay clients by no more than this. */
    static final Duration STEP_BACK_MIN = Duration.ofSeconds(2);

    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(ClockStepWatch.class);

    private final InstantSource clock;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;

    private record Listener(String name, Runnable startOver) {}

    /** Starts watching; {@link #close} ends it. */
    public ClockStepWatch(InstantSource clock) {
        this.clock = clock;
        ClockStepDetector steps = new ClockStepDetector(clock.millis(), System.nanoTime());
        thread = Thread.ofPlatform().daemon().name("clock-step-watch").start(() -> watch(steps));
    }

    /** Returns the watch of the process's clock, which is never closed. */
    public static ClockStepWatch ofSystem() {
        return OfSystem.WATCH;
    }

    private static final class OfSystem {
        static final ClockStepWatch WATCH = new ClockStepWatch(InstantSource.system());
    }

    /**
     * Adds a listener.
     *
     * @param name name of the restarted component, for the log
     * @param startOver runs in a new thread after each step back; retried if it throws
     * @return removes the listener; does not stop a run in progress
     */
    public Registration onStepBack(String name, Runnable startOver) {
        Listener listener = new Listener(name, startOver);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** The registration of a listener. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private void watch(ClockStepDetector steps) {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
                long stepMs = steps.stepMs(clock.millis(), System.nanoTime());
                if (stepMs <= -STEP_BACK_MIN.toMillis()) {
                    log.warn("System clock set back by {}; starting Kafka clients over", Duration.ofMillis(-stepMs));
                    listeners.forEach(ClockStepWatch::startOver);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void startOver(Listener listener) {
        Thread.ofPlatform().daemon().name("start-over-" + listener.name()).start(() -> {
            while (true) {
                try {
                    listener.startOver().run();
                    log.info("Started over after the clock was set back: {}", listener.name());
                    return;
                } catch (RuntimeException e) {
                    log.error("Restart of Kafka clients failed; retrying in {}: {}", RETRY_DELAY, listener.name(), e);
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(RETRY_DELAY.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
