package dev.mindfulcode.gateway.flow;

import dev.mindfulcode.engine.FlowDetector;
import dev.mindfulcode.engine.FlowReading;
import dev.mindfulcode.engine.Recommendations;
import dev.mindfulcode.gateway.http.Answers;
import dev.mindfulcode.gateway.http.Bodies;
import dev.mindfulcode.gateway.http.Routes;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/detect}: the engine on what one request says. Nothing is kept. */
final class DetectRoutes {

    private static final double NS_PER_MS = 1e6;

    private final Supplier<FlowDetector> detector;

    /** @param detector gives one of the model that is to be used now */
    DetectRoutes(Supplier<FlowDetector> detector) {
        this.detector = detector;
    }

    void addTo(Routes routes) {
        routes.post("/api/flow/detect", this::detect);
    }

    private Mono<ServerResponse> detect(ServerRequest request) {
        return Bodies.object(request)
                .flatMap(body -> Answers.ok(analyse(DetectRequest.read(body), DetectRequest.preferences(body))));
    }

    private Detection analyse(FlowDetector.Request request, Recommendations.Preferences preferences) {
        long startedNs = System.nanoTime();
        FlowReading reading = new FlowReading();
        detector.get().detect(request, reading);
        List<String> recommendations = Recommendations.of(reading, preferences);
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
