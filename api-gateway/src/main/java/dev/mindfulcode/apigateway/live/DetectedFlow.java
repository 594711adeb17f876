package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.flow.DetectionListener;
import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** Sends detections to the live connections that their user has to this gateway. */
final class DetectedFlow implements DetectionListener {

    private final LiveHub hub;
    private final Clock clock;

    DetectedFlow(LiveHub hub, Clock clock) {
        this.hub = hub;
        this.clock = clock;
    }

    @Override
    public void detected(
            UUID userId,
            UUID sessionId,
            FlowDetector.Request request,
            FlowReading reading,
            List<String> recommendations) {
        if (!hub.isWatched(userId)) {
            return;
        }
        LiveUpdate.Estimate estimate = new LiveUpdate.Estimate(
                request.history() == null ? null : reading.inFlow(),
                LiveUpdate.nameOrNull(reading.reason()),
                reading.intensity(),
                reading.flowDurationMs(),
                reading.confidence(),
                LiveUpdate.name(reading.dataAmount()),
                new LiveUpdate.Metrics(
                        reading.rhythm(),
                        reading.focus(),
                        reading.consistency(),
                        reading.errorPenalty(),
                        reading.velocity()),
                recommendations);
        long activeMs = 0;
        for (int intervalMs : request.intervalsMs()) {
            activeMs += SessionState.activeMs(intervalMs);
        }
        LiveUpdate.Totals totals = new LiveUpdate.Totals(
                LiveUpdate.name(ActivityStatus.ACTIVE),
                request.intervalsMs().length,
                request.errorEvents(),
                activeMs,
                Math.min(reading.flowDurationMs(), activeMs));
        long nowMs = clock.millis();
        hub.publishUnlessStreamed(userId, LiveUpdate.FlowState.of(sessionId, nowMs, nowMs, estimate, totals));
    }
}
