package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.FlowReason;
import dev.mindfulcode.flowengine.Recommendations;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/detect}: scores the data of one request, and sends the result to the caller's live connections. A
 * detection with a sequence counts in its session; nothing is stored of others.
 */
final class DetectRoutes {

    private static final double NS_PER_MS = 1e6;

    private final Supplier<FlowDetector> detector;
    private final FlowPreferences preferences;
    private final DetectionReports reports;
    private final DetectionListener live;

    /** @param detector returns a detector with the model in use */
    DetectRoutes(
            Supplier<FlowDetector> detector,
            FlowPreferences preferences,
            DetectionReports reports,
            DetectionListener live) {
        this.detector = detector;
        this.preferences = preferences;
        this.reports = reports;
        this.live = live;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(
                Endpoint.post("/api/flow/detect").problems(ProblemType.NOT_COLLECTED, ProblemType.UNKNOWN_SESSION),
                this::detect);
    }

    private Mono<ServerResponse> detect(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, DetectRequest.FIELDS)
                        .flatMap(body -> preferences
                                .cached(caller.userId())
                                .flatMap(known -> answer(caller.userId(), body, (float) known.sensitivity()))));
    }

    private Mono<ServerResponse> answer(UUID userId, JsonFields body, float sensitivity) {
        FlowDetector.Request request = DetectRequest.read(body, sensitivity);
        Recommendations.Preferences texts = DetectRequest.preferences(body);
        DetectionReports.Position position = DetectRequest.position(body);
        long startedNs = System.nanoTime();
        FlowReading reading = new FlowReading();
        detector.get().detect(request, reading);
        List<String> recommendations = Recommendations.of(reading, texts);
        double analysisTimeMs = Math.round((System.nanoTime() - startedNs) / NS_PER_MS * 1_000) / 1_000.0;
        Mono<ServerResponse.BodyBuilder> counted = position == null
                ? Mono.fromSupplier(ServerResponse::ok)
                : reports.publish(userId, position, request, reading)
                        .map(at -> ServerResponse.ok().header(ReadAfterToken.HEADER, token(at)));
        Detection detection = detection(request, reading, recommendations, analysisTimeMs);
        return counted.flatMap(response -> {
            live.detected(userId, DetectRequest.sessionId(body, userId), request, reading, recommendations);
            return JsonResponses.json(response, detection);
        });
    }

    private static String token(LogPosition at) {
        return new ReadAfterToken(at.topic(), at.partition(), at.offset()).text();
    }

    private static Detection detection(
            FlowDetector.Request request, FlowReading reading, List<String> recommendations, double analysisTimeMs) {
        FlowReason reason = reading.reason();
        return new Detection(
                request.history() == null ? null : reading.inFlow(),
                reason == null ? null : name(reason),
                reading.intensity(),
                reading.flowDurationMs(),
                reading.confidence(),
                name(reading.dataAmount()),
                recommendations,
                new Metrics(
                        reading.rhythm(),
                        reading.focus(),
                        reading.consistency(),
                        reading.errorPenalty(),
                        reading.velocity()),
                analysisTimeMs);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
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
            Metrics metrics,
            double analysisTimeMs) {}

    private record Metrics(
            float rhythmScore, float focusScore, float consistencyScore, float errorPenalty, float velocityScore) {}
}
