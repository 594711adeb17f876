package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.live.LiveUpdate;
import dev.mindfulcode.apigateway.live.LiveUpdates;
import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.Recommendations;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/detect}: scores the data of one request, and sends the result to the caller's live connections.
 * Nothing is stored.
 */
final class DetectRoutes {

    private static final double NS_PER_MS = 1e6;

    private final Supplier<FlowDetector> detector;
    private final FlowPreferences preferences;
    private final LiveUpdates live;
    private final Clock clock;

    /** @param detector returns a detector with the model in use */
    DetectRoutes(Supplier<FlowDetector> detector, FlowPreferences preferences, LiveUpdates live, Clock clock) {
        this.detector = detector;
        this.preferences = preferences;
        this.live = live;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(Endpoint.post("/api/flow/detect"), this::detect);
    }

    private Mono<ServerResponse> detect(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, DetectRequest.FIELDS)
                        .flatMap(body -> preferences
                                .cached(caller.userId())
                                .flatMap(known -> JsonResponses.ok(
                                        analyse(caller.userId(), body, (float) known.sensitivity())))));
    }

    private Detection analyse(UUID userId, JsonFields body, float sensitivity) {
        FlowDetector.Request request = DetectRequest.read(body, sensitivity);
        Recommendations.Preferences texts = DetectRequest.preferences(body);
        long startedNs = System.nanoTime();
        FlowReading reading = new FlowReading();
        detector.get().detect(request, reading);
        List<String> recommendations = Recommendations.of(reading, texts);
        double analysisTimeMs = Math.round((System.nanoTime() - startedNs) / NS_PER_MS * 1_000) / 1_000.0;
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
        publish(userId, DetectRequest.sessionId(body, userId), request, estimate);
        return new Detection(
                estimate.isInFlow(),
                estimate.reason(),
                estimate.flowIntensity(),
                estimate.flowDurationMs(),
                estimate.confidence(),
                estimate.dataAmount(),
                recommendations,
                estimate.metrics(),
                analysisTimeMs);
    }

    private void publish(UUID userId, UUID sessionId, FlowDetector.Request request, LiveUpdate.Estimate estimate) {
        long activeMs = 0;
        for (int intervalMs : request.intervalsMs()) {
            activeMs += SessionState.activeMs(intervalMs);
        }
        long nowMs = clock.millis();
        LiveUpdate.Totals totals = new LiveUpdate.Totals(
                LiveUpdate.name(ActivityStatus.ACTIVE),
                request.intervalsMs().length,
                request.errorEvents(),
                activeMs,
                estimate.flowDurationMs());
        live.publish(userId, LiveUpdate.FlowState.of(sessionId, nowMs, nowMs, estimate, totals));
    }

    /** @param isInFlow null without a history, as flow is relative to the person's own past */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record Detection(
            @Nullable Boolean isInFlow,
            @Nullable String reason,
            float flowIntensity,
            long flowDurationMs,
            float confidence,
            String dataAmount,
            List<String> recommendations,
            LiveUpdate.Metrics metrics,
            double analysisTimeMs) {}
}
