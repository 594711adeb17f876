package dev.mindfulcode.quickstart;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Started parts, stopped in reverse order, each within its own bound: one that hangs delays the
 * others but does not keep them from stopping. Thread-safe; a stop may interrupt the start.
 */
final class StopSequence {

    private static final Logger log = LoggerFactory.getLogger(StopSequence.class);

    private final Deque<Part> parts = new ArrayDeque<>();
    private boolean stopping;

    private record Part(String name, Duration max, AutoCloseable stop) {}

    /**
     * Adds a part that has just started; where the stop has begun meanwhile, stops it at once.
     *
     * @throws IllegalStateException in that case, so that the start goes no further
     */
    void add(String name, Duration max, AutoCloseable stop) {
        Part part = new Part(name, max, stop);
        synchronized (this) {
            if (!stopping) {
                parts.push(part);
                return;
            }
        }
        stop(part);
        throw new IllegalStateException("Stopped while starting");
    }

    synchronized boolean isStopping() {
        return stopping;
    }

    /** Stops everything; a second call returns at once. */
    void stopAll() {
        synchronized (this) {
            stopping = true;
        }
        for (Part part = next(); part != null; part = next()) {
            stop(part);
        }
    }

    private synchronized @Nullable Part next() {
        return parts.poll();
    }

    private static void stop(Part part) {
        long begunNs = System.nanoTime();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("stop-" + part.name()).start(() -> {
            try {
                part.stop().close();
            } catch (Exception e) {
                log.warn("Component did not stop cleanly: component={}", part.name(), e);
            } finally {
                stopped.countDown();
            }
        });
        try {
            if (stopped.await(part.max().toMillis(), TimeUnit.MILLISECONDS)) {
                log.info("{} stopped in {} ms", part.name(), (System.nanoTime() - begunNs) / 1_000_000);
            } else {
                log.warn(
                        "Component did not stop in time; its next start recovers: component={}, timeout={}",
                        part.name(),
                        part.max());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
