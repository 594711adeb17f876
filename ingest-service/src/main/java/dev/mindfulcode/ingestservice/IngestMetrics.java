package dev.mindfulcode.ingestservice;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What operators see of ingest. Labels name kinds of problem and nothing of anybody. Thread-safe. */
final class IngestMetrics {

    private static final Duration[] LATENCY_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final Counter batches;
    private final Counter keystrokes;
    private final Map<ShiftReason, Counter> moved = new EnumMap<>(ShiftReason.class);
    private final Timer acknowledgement;
    private final Map<ProblemType, Counter> rejected = new EnumMap<>(ProblemType.class);
    private final Map<ProblemType, Counter> refused = new EnumMap<>(ProblemType.class);

    IngestMetrics(MeterRegistry meters, InFlightBytes inFlight, AtomicInteger connections) {
        batches = Counter.builder("mindful.ingest.batches")
                .description("Batches that Kafka has acknowledged, repeated ones as well")
                .register(meters);
        keystrokes = Counter.builder("mindful.ingest.keystrokes")
                .description("Keystrokes in those batches")
                .register(meters);
        for (ShiftReason reason : ShiftReason.values()) {
            moved.put(
                    reason,
                    Counter.builder("mindful.ingest.moved")
                            .description("Accepted batches whose times were moved onto the server's clock")
                            .tag("reason", reason.wireName())
                            .register(meters));
        }
        for (ProblemType type : ProblemType.OF_A_BATCH) {
            rejected.put(
                    type,
                    Counter.builder("mindful.ingest.rejected")
                            .description("Batches of uploads whose other batches may be accepted")
                            .tag("problem", type.slug())
                            .register(meters));
        }
        acknowledgement = Timer.builder("mindful.ingest.acknowledgement")
                .description("From the last byte of an upload to Kafka's acknowledgement of all its batches")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(meters);
        for (ProblemType type : ProblemType.values()) {
            refused.put(
                    type,
                    Counter.builder("mindful.ingest.refused")
                            .description("Uploads answered with a problem")
                            .tag("problem", type.slug())
                            .register(meters));
        }
        Gauge.builder("mindful.ingest.in.flight.bytes", inFlight, InFlightBytes::bytes)
                .description("Bytes of uploads that have come in and are not yet on Kafka")
                .register(meters);
        Gauge.builder("mindful.ingest.connections", connections, AtomicInteger::get)
                .description("Open WebSocket connections")
                .register(meters);
    }

    void accepted(TimeAdjustedUpload placed, long elapsedNs) {
        Upload upload = placed.upload();
        batches.increment(upload.batches().size());
        keystrokes.increment(upload.keystrokes());
        acknowledgement.record(Duration.ofNanos(elapsedNs));
    }

    /** Counts what an answer says in addition to what was accepted. */
    void answered(TimeAdjustedUpload placed) {
        for (MovedSession move : placed.movedSessions()) {
            increment(moved.get(move.shift().reason()), move.batches());
        }
        for (Rejection rejection : placed.upload().rejected()) {
            increment(rejected.get(rejection.type()), 1);
        }
    }

    void refused(ProblemType type) {
        increment(refused.get(type), 1);
    }

    private static void increment(@Nullable Counter counter, int by) {
        if (counter != null) {
            counter.increment(by);
        }
    }
}
