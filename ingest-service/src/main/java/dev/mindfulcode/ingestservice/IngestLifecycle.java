package dev.mindfulcode.ingestservice;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Graceful shutdown of ingest. It stops before the web server does: from then on uploads are rejected, WebSockets are
 * closed, and uploads in flight get {@link #DRAIN_TIMEOUT} to reach Kafka. Thread-safe.
 */
final class IngestLifecycle implements SmartLifecycle {

    /** All timeouts of a stop together stay below the 15 s that the whole system may take. */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

    static final Duration CONNECTION_CLOSE_TIMEOUT = UploadWebSocketHandler.CLOSE_TIMEOUT.plusMillis(500);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
    private static final Logger log = LoggerFactory.getLogger(IngestLifecycle.class);

    private final InFlightBytes inFlight;
    private final AtomicInteger connections;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private volatile boolean running;
    private volatile boolean stopped;

    IngestLifecycle(InFlightBytes inFlight, AtomicInteger connections) {
        this.inFlight = inFlight;
        this.connections = connections;
    }

    void rejectIfStopping() {
        if (stopped) {
            throw UploadProblems.unavailable("This server is stopping; send this again later");
        }
    }

    /** Completes when stopping begins. */
    Mono<Void> stopping() {
        return stopping.asMono();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        stopped = true;
        stopping.tryEmitEmpty();
        await(() -> inFlight.bytes() == 0, DRAIN_TIMEOUT);
        await(() -> connections.get() == 0, CONNECTION_CLOSE_TIMEOUT);
        if (inFlight.bytes() > 0) {
            log.warn("Stopping with {} bytes of uploads that Kafka has not acknowledged", inFlight.bytes());
        }
        running = false;
    }

    private static void await(BooleanSupplier condition, Duration timeout) {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
