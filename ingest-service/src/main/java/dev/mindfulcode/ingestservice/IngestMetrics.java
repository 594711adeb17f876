package dev.mindfulcode.ingestservice;

import static dev.mindfulcode.webkit.problems.ProblemType.ACCOUNT_ERASED;
import static dev.mindfulcode.webkit.problems.ProblemType.INTERNAL_ERROR;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_BATCH;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_UPLOAD;
import static dev.mindfulcode.webkit.problems.ProblemType.MALFORMED_BODY;
import static dev.mindfulcode.webkit.problems.ProblemType.METHOD_NOT_ALLOWED;
import static dev.mindfulcode.webkit.problems.ProblemType.NOT_COLLECTED;
import static dev.mindfulcode.webkit.problems.ProblemType.OVERLOADED;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TIMEOUT;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TOO_LARGE;
import static dev.mindfulcode.webkit.problems.ProblemType.TOO_OLD;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAUTHENTICATED;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAVAILABLE;
import static dev.mindfulcode.webkit.problems.ProblemType.UNKNOWN_SESSION;
import static dev.mindfulcode.webkit.problems.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static dev.mindfulcode.webkit.problems.ProblemType.UPGRADE_REQUIRED;

import dev.mindfulcode.webkit.problems.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Metrics of ingest. Labels name types of problems, never users. Thread-safe. */
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

    private static final Duration[] AGE_BUCKETS = {
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10),
        Duration.ofHours(1),
        Duration.ofDays(1),
        Duration.ofDays(7)
    };

    private static final Set<ProblemType> OF_BATCHES =
            EnumSet.of(INVALID_BATCH, NOT_COLLECTED, TOO_OLD, UNKNOWN_SESSION);

    private static final Set<ProblemType> OF_UPLOADS = EnumSet.of(
            INVALID_BATCH,
            INVALID_UPLOAD,
            TOO_OLD,
            MALFORMED_BODY,
            UNAUTHENTICATED,
            UNKNOWN_SESSION,
            NOT_COLLECTED,
            METHOD_NOT_ALLOWED,
            REQUEST_TIMEOUT,
            ACCOUNT_ERASED,
            REQUEST_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            UPGRADE_REQUIRED,
            INTERNAL_ERROR,
            UNAVAILABLE,
            OVERLOADED);

    private final Counter batches;
    private final Counter keystrokes;
    private final Map<ShiftReason, Counter> moved = new EnumMap<>(ShiftReason.class);
    private final Timer acknowledgement;
    private final Timer ages;
    private final Map<ProblemType, Counter> rejected = new EnumMap<>(ProblemType.class);
    private final Map<ProblemType, Counter> refused = new EnumMap<>(ProblemType.class);

    IngestMetrics(MeterRegistry meters, InFlightBytes inFlight, AtomicInteger connections) {
        batches = Counter.builder("mindful.ingest.batches")
                .description("Batches and reports that Kafka has acknowledged, repeated ones as well")
                .register(meters);
        keystrokes = Counter.builder("mindful.ingest.keystrokes")
                .description("Keystrokes in those batches and reports")
                .register(meters);
        for (ShiftReason reason : ShiftReason.values()) {
            moved.put(
                    reason,
                    Counter.builder("mindful.ingest.moved")
                            .description("Accepted batches whose times were moved onto the server's clock")
                            .tag("reason", reason.wireName())
                            .register(meters));
        }
        for (ProblemType type : OF_BATCHES) {
            rejected.put(
                    type,
                    Counter.builder("mindful.ingest.rejected")
                            .description("Batches of uploads whose other batches may be accepted")
                            .tag("problem", type.code())
                            .register(meters));
        }
        acknowledgement = Timer.builder("mindful.ingest.acknowledgement")
                .description("From the last byte of an upload to Kafka's acknowledgement of all its batches")
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(meters);
        ages = Timer.builder("mindful.ingest.event.age")
                .description("From the start of a batch, by the server's clock, to its receipt; offline queues are old")
                .serviceLevelObjectives(AGE_BUCKETS)
                .register(meters);
        for (ProblemType type : OF_UPLOADS) {
            refused.put(
                    type,
                    Counter.builder("mindful.ingest.refused")
                            .description("Uploads answered with a problem")
                            .tag("problem", type.code())
                            .register(meters));
        }
        Gauge.builder("mindful.ingest.in.flight.bytes", inFlight, InFlightBytes::bytes)
                .description("Bytes of uploads that have come in and are not yet on Kafka")
                .register(meters);
        Gauge.builder("mindful.ingest.in.flight.max", inFlight, InFlightBytes::maxBytes)
                .description("Limit of these bytes, beyond which uploads are refused")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("mindful.ingest.connections", connections, AtomicInteger::get)
                .description("Open WebSocket connections")
                .register(meters);
    }

    void accepted(TimeAdjustedUpload placed, long elapsedNs, long receivedAtMs) {
        Upload upload = placed.upload();
        batches.increment(upload.batches().size());
        keystrokes.increment(upload.keystrokes());
        for (long startedAtMs : placed.startedAtMs()) {
            ages.record(Math.max(0, receivedAtMs - startedAtMs), TimeUnit.MILLISECONDS);
        }
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
