package dev.mindfulcode.ingest;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The orderly end of ingest. It stops first of all, before the web server does: no upload is taken from then on, connections are
 * told to go, and what is in flight gets a bounded time to reach Kafka. Thread-safe.
 */
final class Shutdown implements SmartLifecycle {

    /** Longer than {@link KeystrokeLog#DELIVERY_TIMEOUT} would be of no use; shorter, so that a stop takes no more than 15 s in all. */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(8);

    static final Duration WARM_UP_PATIENCE = Duration.ofSeconds(10);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final InFlightBytes inFlight;
    private final KeystrokeLog log;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private volatile boolean running;
    private volatile boolean stopped;

    Shutdown(InFlightBytes inFlight, KeystrokeLog log) {
        this.inFlight = inFlight;
        this.log = log;
    }

    void refuseIfStopping() {
        if (stopped) {
            throw new Refusal(ProblemType.UNAVAILABLE, "This server is stopping; send this again later");
        }
    }

    /** Completes when stopping begins. */
    Mono<Void> begins() {
        return stopping.asMono();
    }

    /** Lets the web server start when the first batch can be stored, or after a while all the same. */
    @Override
    public void start() {
        running = true;
        try {
            if (!log.awaitWarm(WARM_UP_PATIENCE)) {
                LOG.warn("Kafka or the schema registry is not there yet; keystrokes are answered with 503 until it is");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        stopping.tryEmitEmpty();
        long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT.toNanos();
        while (inFlight.bytes() > 0 && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
        if (inFlight.bytes() > 0) {
            LOG.warn(
                    "{} bytes of uploads were not acknowledged before the stop; their clients have no 202",
                    inFlight.bytes());
        }
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
