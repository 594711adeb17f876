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
import java.util.function.Supplier;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/detect}: scores the data of one request. Nothing is stored. */
final class DetectRoutes {

    private static final double NS_PER_MS = 1e6;

    private final Supplier<FlowDetector> detector;
    private final FlowPreferences preferences;

    /** @param detector returns a detector with the model in use */
    DetectRoutes(Supplier<FlowDetector> detector, FlowPreferences preferences) {
        this.detector = detector;
        this.preferences = preferences;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(Endpoint.post("/api/flow/detect"), this::detect);
    }

    private Mono<ServerResponse> detect(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, DetectRequest.FIELDS)
                        .flatMap(body -> preferences
                                .cached(caller.userId())
                                .flatMap(known -> JsonResponses.ok(analyse(body, (float) known.sensitivity())))));
    }

    private Detection analyse(JsonFields body, float sensitivity) {
        FlowDetector.Request request = DetectRequest.read(body, sensitivity);
        Recommendations.Preferences texts = DetectRequest.preferences(body);
        long startedNs = System.nanoTime();
        FlowReading reading = new FlowReading();
        detector.get().detect(request, reading);
        List<String> recommendations = Recommendations.of(reading, texts);
        double analysisTimeMs = Math.round((System.nanoTime() - startedNs) / NS_PER_MS * 1_000) / 1_000.0;
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
