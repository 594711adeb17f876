package dev.mindfulcode.flowstream;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a stream thread that failed, so that an outage of database, registry or broker is waited out; but not for
 * ever: past the bound the client shuts down, which its health shows, and whoever runs it decides. Thread-safe.
 */
final class ThreadReplacement implements StreamsUncaughtExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ThreadReplacement.class);

    static final int REPLACEMENTS_MAX = 30;
    static final Duration REPLACEMENT_WINDOW = Duration.ofMinutes(15);

    private final InstantSource clock;
    private final StreamMeters meters;
    private final Deque<Long> replacedAtMs = new ArrayDeque<>();

    ThreadReplacement(InstantSource clock, StreamMeters meters) {
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public synchronized StreamThreadExceptionResponse handle(Throwable exception) {
        long nowMs = clock.millis();
        // Later than now: the clock was set back, and how long ago that was is not known.
        replacedAtMs.removeIf(atMs -> atMs < nowMs - REPLACEMENT_WINDOW.toMillis() || atMs > nowMs);
        if (replacedAtMs.size() >= REPLACEMENTS_MAX) {
            log.error("{} stream threads failed within {}: giving up", REPLACEMENTS_MAX, REPLACEMENT_WINDOW, exception);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        replacedAtMs.addLast(nowMs);
        meters.threadsReplaced.increment();
        log.warn("A stream thread failed and is replaced; nothing is skipped", exception);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
