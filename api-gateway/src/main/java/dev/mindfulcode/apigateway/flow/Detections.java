package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.privacy.PrivacySettings;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.schemas.FlowDetection;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.Uuids;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Appends readings that were asked for to the log, where the user allows it. The answer does not wait for that and
 * promises nothing: a reading that the log does not take is counted and gone. Thread-safe.
 */
final class Detections {

    /** Readings on their way to the log; with more of them the log is in trouble, and the newest are left out. */
    static final int PENDING_MAX = 1_000;

    private final EventPublisher log;
    private final PrivacySettings settings;
    private final SecureRandom random;
    private final Clock clock;
    private final Counter dropped;
    private final AtomicInteger pending = new AtomicInteger();

    Detections(EventPublisher log, PrivacySettings settings, SecureRandom random, Clock clock, MeterRegistry meters) {
        this.log = log;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
        this.dropped = Counter.builder("mindful.gateway.detections.dropped")
                .description("Readings of POST /api/flow/detect that the log did not take")
                .register(meters);
    }

    void keep(UUID userId, @Nullable UUID session, String model, int intervals, FlowReading reading) {
        if (pending.incrementAndGet() > PENDING_MAX) {
            pending.decrementAndGet();
            dropped.increment();
            return;
        }
        FlowDetection detection = FlowDetection.newBuilder()
                .setDetectionId(Uuids.version7(clock.millis(), random))
                .setAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setSessionId(session)
                .setModel(model)
                .setIsInFlow(reading.inFlow())
                .setIntensity(reading.intensity())
                .setConfidence(reading.confidence())
                .setFlowDurationMs(reading.flowDurationMs())
                .setRhythm(reading.rhythm())
                .setFocus(reading.focus())
                .setConsistency(reading.consistency())
                .setErrorPenalty(reading.errorPenalty())
                .setVelocity(reading.velocity())
                .setIntervals(intervals)
                .build();
        settings.of(userId)
                .filter(PrivacySettings.Settings::keepDetections)
                .flatMap(_ -> log.publish(Topics.FLOW_DETECTIONS, userId, detection))
                .doFinally(_ -> pending.decrementAndGet())
                .subscribe(_ -> {}, _ -> dropped.increment());
    }
}
