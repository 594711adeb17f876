package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.Recommendations;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/detect}: the engine on what one request says. Of that nothing is kept; the reading is, where the
 * user allows it.
 */
final class DetectRoutes {

    private static final double NS_PER_MS = 1e6;

    private final Supplier<FlowDetector> detector;
    private final Detections detections;

    /** @param detector gives one of the model that is to be used now */
    DetectRoutes(Supplier<FlowDetector> detector, Detections detections) {
        this.detector = detector;
        this.detections = detections;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(Endpoint.post("/api/flow/detect"), this::detect);
    }

    private Mono<ServerResponse> detect(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, DetectRequest.FIELDS)
                        .flatMap(body -> JsonResponses.ok(analyse(caller, body))));
    }

    private Detection analyse(Caller caller, JsonFields body) {
        FlowDetector.Request request = DetectRequest.read(body);
        Recommendations.Preferences preferences = DetectRequest.preferences(body);
        UUID session = DetectRequest.session(body);
        long startedNs = System.nanoTime();
        FlowReading reading = new FlowReading();
        FlowDetector judge = detector.get();
        judge.detect(request, reading);
        List<String> recommendations = Recommendations.of(reading, preferences);
        double analysisTimeMs = Math.round((System.nanoTime() - startedNs) / NS_PER_MS * 1_000) / 1_000.0;
        detections.keep(caller.userId(), session, judge.modelId(), request.intervalsMs().length, reading);
        return new Detection(
                reading.inFlow(),
                reading.intensity(),
                reading.flowDurationMs(),
                reading.confidence(),
                recommendations,
                new Metrics(
                        reading.rhythm(),
                        reading.focus(),
                        reading.consistency(),
                        reading.errorPenalty(),
                        reading.velocity()),
                analysisTimeMs);
    }

    private record Detection(
            boolean isInFlow,
            float flowIntensity,
            long flowDurationMs,
            float confidence,
            List<String> recommendations,
            Metrics metrics,
            double analysisTimeMs) {}

    private record Metrics(
            float rhythmScore, float focusScore, float consistencyScore, float errorPenalty, float velocityScore) {}
}
