package dev.mindfulcode.flowstream;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces stream threads that fail, so that the stream survives outages of the database, the registry or the broker.
 * Beyond the maximum it shuts the client down, which its health reports. Failures because of an outage of the database
 * do not count: each took the whole timeout of a lookup, and processing continues when the database is back.
 * Thread-safe.
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
        if (isOutage(exception)) {
            meters.threadsReplaced.increment();
            log.warn("Stream thread failed; replacing it until user keys are available", exception);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        long nowMs = clock.millis();
        // Later than now: the clock was set back, so their age is unknown.
        replacedAtMs.removeIf(atMs -> atMs < nowMs - REPLACEMENT_WINDOW.toMillis() || atMs > nowMs);
        if (replacedAtMs.size() >= REPLACEMENTS_MAX) {
            log.error(
                    "Stream stopped: {} stream threads failed within {}",
                    REPLACEMENTS_MAX,
                    REPLACEMENT_WINDOW,
                    exception);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        replacedAtMs.addLast(nowMs);
        meters.threadsReplaced.increment();
        log.warn("Stream thread failed; replacing it, no record is skipped", exception);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private static boolean isOutage(Throwable exception) {
        for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof KeysUnavailableException) {
                return true;
            }
        }
        return false;
    }
}
