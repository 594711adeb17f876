package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.webkit.endpoints.GzipBody;
import dev.mindfulcode.webkit.problems.CorrelationId;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemResponses;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Handles {@code POST /api/keystrokes} or {@code POST /api/features}: one upload a request, 202 once Kafka has it.
 * Thread-safe.
 */
final class UploadEndpoint {

    /** For a whole body to arrive. Not Netty's request timeout, which would end WebSockets too. */
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(30);

    private static final Supplier<ProblemException> BODY_TOO_SLOW = () ->
            ProblemType.REQUEST_TIMEOUT.withDetail("The body did not arrive within " + BODY_TIMEOUT.toSeconds() + " s");

    static final String JSON = "application/json";
    static final String AVRO = "application/avro";

    private static final byte[] UPLOAD_SCHEMA =
            KeystrokeUpload.getClassSchema().toString(true).getBytes(StandardCharsets.UTF_8);

    private final RequestAuthenticator authenticator;
    private final SortedMap<String, UploadReader> readers;
    private final UploadPipeline pipeline;
    private final InFlightBytes inFlight;
    private final IngestMetrics metrics;
    private final IngestLifecycle lifecycle;
    private final Tracing tracing;
    private final Clock clock;

    /** @param readers of each media type */
    UploadEndpoint(
            RequestAuthenticator authenticator,
            Map<String, UploadReader> readers,
            UploadPipeline pipeline,
            InFlightBytes inFlight,
            IngestMetrics metrics,
            IngestLifecycle lifecycle,
            Tracing tracing,
            Clock clock) {
        this.authenticator = authenticator;
        this.readers = new TreeMap<>(readers);
        this.pipeline = pipeline;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.lifecycle = lifecycle;
        this.tracing = tracing;
        this.clock = clock;
    }

    Mono<ServerResponse> post(ServerRequest request) {
        TraceSpan span = tracing.request(request.method().name());
        Mono<ServerResponse> response = post(request, span);
        return span.isTraced()
                ? response.doOnNext(answer ->
                                span.respond(request.path(), answer.statusCode().value()))
                        .doFinally(_ -> span.end())
                : response;
    }

    private Mono<ServerResponse> post(ServerRequest request, TraceSpan span) {
        try {
            lifecycle.rejectIfStopping();
            long arrivedMs = clock.millis();
            HttpHeaders headers = request.headers().asHttpHeaders();
            return authenticator
                    .authenticateHeader(headers.getFirst(HttpHeaders.AUTHORIZATION))
                    .flatMap(caller -> {
                        UploadReader reader = readerFor(headers);
                        boolean isGzip = GzipBody.isGzip(headers);
                        if (headers.getContentLength() > UploadLimits.REQUEST_BYTES_MAX) {
                            throw UploadBody.tooLarge();
                        }
                        return receive(
                                request,
                                caller,
                                span,
                                body -> new ReceivedUpload(reader, isGzip, body.bytes(), body.length(), arrivedMs));
                    })
                    .onErrorResume(failure -> problem(
                            failure instanceof ProblemException known
                                    ? known
                                    : CorrelationId.log(
                                            headers,
                                            request.exchange().getResponse().getHeaders(),
                                            () -> UploadProblems.from(failure))));
        } catch (ProblemException problem) {
            return problem(problem);
        }
    }

    private Mono<ServerResponse> receive(
            ServerRequest request, Identity caller, TraceSpan span, Function<UploadBody, ReceivedUpload> upload) {
        UploadBody body = new UploadBody(
                inFlight.newReservation(), request.headers().asHttpHeaders().getContentLength());
        return request.exchange()
                .getRequest()
                .getBody()
                .collect(() -> body, UploadBody::append)
                .doOnError(failure -> body.release())
                .doOnCancel(body::release)
                .timeout(BODY_TIMEOUT, Mono.error(BODY_TOO_SLOW))
                .flatMap(whole -> Mono.fromFuture(
                        pipeline.submit(caller.userId(), upload.apply(whole), whole.handOver(), span)
                                .thenCompose(acknowledged -> acknowledged),
                        true))
                .flatMap(UploadEndpoint::accepted);
    }

    private UploadReader readerFor(HttpHeaders headers) {
        MediaType type;
        try {
            type = headers.getContentType();
        } catch (InvalidMediaTypeException e) {
            type = null;
        }
        UploadReader reader = type == null ? null : readers.get(type.getType() + '/' + type.getSubtype());
        if (reader == null) {
            throw ProblemType.UNSUPPORTED_MEDIA_TYPE.withDetail("Content-Type must be "
                    + String.join(" or ", readers.sequencedKeySet().reversed()));
        }
        return reader;
    }

    private static Mono<ServerResponse> accepted(UploadResult result) {
        return response(
                202,
                result.json(),
                headers -> result.readAfter().ifPresent(token -> headers.set(ReadAfterToken.HEADER, token.text())));
    }

    /** Serves the schema of {@code application/avro}. */
    Mono<ServerResponse> schema(ServerRequest request) {
        return response(200, UPLOAD_SCHEMA, headers -> {});
    }

    Mono<ServerResponse> problem(ProblemException problem) {
        metrics.refused(problem.type());
        return ServerResponse.status(problem.type().status())
                .build((exchange, context) -> ProblemResponses.write(exchange.getResponse(), problem));
    }

    private static Mono<ServerResponse> response(int status, byte[] body, Consumer<HttpHeaders> headers) {
        return ServerResponse.status(HttpStatusCode.valueOf(status))
                .contentType(MediaType.APPLICATION_JSON)
                .contentLength(body.length)
                .headers(headers)
                .build((exchange, context) -> {
                    DataBuffer buffer = exchange.getResponse().bufferFactory().wrap(body);
                    return exchange.getResponse().writeWith(Mono.just(buffer));
                });
    }
}
