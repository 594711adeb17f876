package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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

/** {@code POST /api/keystrokes}: one upload a request, 202 when all of it is on Kafka. Thread-safe. */
final class KeystrokesEndpoint {

    /**
     * A body that is not there as a whole by then is given up. Not Netty's request timeout: that one ends WebSockets,
     * too.
     */
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(30);

    private static final Supplier<UploadException> BODY_TOO_SLOW = () -> new UploadException(
            ProblemType.REQUEST_TIMEOUT, "The body did not arrive within " + BODY_TIMEOUT.toSeconds() + " s");

    static final MediaType AVRO = new MediaType("application", "avro");

    private static final byte[] UPLOAD_SCHEMA =
            KeystrokeUpload.getClassSchema().toString(true).getBytes(StandardCharsets.UTF_8);

    private final RequestAuthenticator callers;
    private final UploadReader json;
    private final UploadReader avro;
    private final UploadPipeline intake;
    private final InFlightBytes inFlight;
    private final IngestMetrics metrics;
    private final IngestLifecycle shutdown;
    private final Clock clock;

    KeystrokesEndpoint(
            RequestAuthenticator callers,
            UploadReaders readers,
            UploadPipeline intake,
            InFlightBytes inFlight,
            IngestMetrics metrics,
            IngestLifecycle shutdown,
            Clock clock) {
        this.callers = callers;
        this.json = readers.json();
        this.avro = readers.avro();
        this.intake = intake;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.shutdown = shutdown;
        this.clock = clock;
    }

    Mono<ServerResponse> post(ServerRequest request) {
        try {
            shutdown.rejectIfStopping();
            long arrivedMs = clock.millis();
            HttpHeaders headers = request.headers().asHttpHeaders();
            return callers.authenticateHeader(headers.getFirst(HttpHeaders.AUTHORIZATION))
                    .flatMap(caller -> {
                        UploadReader reader = readerFor(headers);
                        boolean isGzip = isGzip(headers);
                        if (headers.getContentLength() > UploadLimits.REQUEST_BYTES_MAX) {
                            throw UploadBody.tooLarge();
                        }
                        return receive(
                                request,
                                caller,
                                body -> new ReceivedUpload(reader, isGzip, body.bytes(), body.length(), arrivedMs));
                    })
                    .onErrorResume(failure -> problem(UploadException.from(failure)));
        } catch (UploadException refusal) {
            return problem(refusal);
        }
    }

    private Mono<ServerResponse> receive(
            ServerRequest request, Identity caller, Function<UploadBody, ReceivedUpload> upload) {
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
                        intake.submit(caller.userId(), upload.apply(whole), whole.handOver())
                                .thenCompose(acknowledged -> acknowledged),
                        true))
                .flatMap(KeystrokesEndpoint::accepted);
    }

    /** Both names of gzip, which RFC 9110 makes one. */
    private static boolean isGzip(HttpHeaders headers) {
        List<String> encodings = headers.getOrEmpty(HttpHeaders.CONTENT_ENCODING);
        if (encodings.isEmpty()) {
            return false;
        }
        String encoding = encodings.size() == 1 ? encodings.getFirst() : "";
        if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
            return true;
        }
        if (encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        throw new UploadException(
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                "Content-Encoding must be gzip, once, or left out",
                HttpHeaders.CONTENT_ENCODING);
    }

    private UploadReader readerFor(HttpHeaders headers) {
        MediaType type;
        try {
            type = headers.getContentType();
        } catch (InvalidMediaTypeException e) {
            type = null;
        }
        if (MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)) {
            return json;
        }
        if (AVRO.equalsTypeAndSubtype(type)) {
            return avro;
        }
        throw new UploadException(
                ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json or application/avro");
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

    Mono<ServerResponse> problem(UploadException refusal) {
        metrics.refused(refusal.type());
        return ServerResponse.status(refusal.type().status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .headers(headers -> {
                    if (refusal.retryAfterSeconds() > 0) {
                        headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(refusal.retryAfterSeconds()));
                    }
                    if (refusal.type() == ProblemType.UNSUPPORTED_MEDIA_TYPE) {
                        headers.set(HttpHeaders.ACCEPT_ENCODING, "gzip");
                    }
                    if (refusal.type() == ProblemType.UNAUTHENTICATED) {
                        headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"mindful-code\"");
                    }
                })
                .build((exchange, context) -> {
                    byte[] problem = refusal.problemJson();
                    exchange.getResponse().getHeaders().setContentLength(problem.length);
                    DataBuffer body = exchange.getResponse().bufferFactory().wrap(problem);
                    return exchange.getResponse().writeWith(Mono.just(body));
                });
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
