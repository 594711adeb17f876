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
 * The orderly end of ingest. It stops first of all, before the web server does: no upload is taken from then on,
 * connections are told to go, and what is in flight gets a bounded time to reach Kafka. Thread-safe.
 */
final class IngestLifecycle implements SmartLifecycle {

    /**
     * For uploads to reach Kafka. All the waits of a stop together stay below the 15 s that the whole system may take.
     */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

    /** For connections to be closed, once nothing is owed on them any more. */
    static final Duration CONNECTION_CLOSE_TIMEOUT = UploadWebSocketHandler.CLOSE_TIMEOUT.plusMillis(500);

    static final Duration READY_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
    private static final Logger log = LoggerFactory.getLogger(IngestLifecycle.class);

    private final InFlightBytes inFlight;
    private final KeystrokePublisher publisher;
    private final AtomicInteger connections;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private volatile boolean running;
    private volatile boolean stopped;

    IngestLifecycle(InFlightBytes inFlight, KeystrokePublisher log, AtomicInteger connections) {
        this.inFlight = inFlight;
        this.publisher = log;
        this.connections = connections;
    }

    void rejectIfStopping() {
        if (stopped) {
            throw new UploadException(ProblemType.UNAVAILABLE, "This server is stopping; send this again later");
        }
    }

    /** Completes when stopping begins. */
    Mono<Void> stopping() {
        return stopping.asMono();
    }

    /** Lets the web server start when the first batch can be stored, or after a while all the same. */
    @Override
    public void start() {
        running = true;
        try {
            if (!publisher.awaitReady(READY_TIMEOUT)) {
                log.warn("Kafka or the schema registry is not there yet; keystrokes are answered with 503 until it is");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        stopping.tryEmitEmpty();
        await(() -> inFlight.bytes() == 0, DRAIN_TIMEOUT);
        await(() -> connections.get() == 0, CONNECTION_CLOSE_TIMEOUT);
        if (inFlight.bytes() > 0) {
            log.warn(
                    "{} bytes of uploads were not acknowledged before the stop; their clients have no 202",
                    inFlight.bytes());
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
