package dev.mindfulcode.ingest;

import dev.mindfulcode.access.Identity;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
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

    /** A body that is not there as a whole by then is given up. Not Netty's request timeout: that one ends WebSockets, too. */
    static final Duration BODY_TIME_MAX = Duration.ofSeconds(30);

    private static final Supplier<Refusal> BODY_TOO_SLOW = () -> new Refusal(
            ProblemType.REQUEST_TIMEOUT, "The body did not arrive within " + BODY_TIME_MAX.toSeconds() + " s");

    static final MediaType AVRO = new MediaType("application", "avro");

    private static final byte[] UPLOAD_SCHEMA =
            KeystrokeUpload.getClassSchema().toString(true).getBytes(StandardCharsets.UTF_8);

    private final Callers callers;
    private final UploadReader json;
    private final UploadReader avro;
    private final Intake intake;
    private final InFlightBytes inFlight;
    private final IngestMetrics metrics;
    private final Shutdown shutdown;

    KeystrokesEndpoint(
            Callers callers,
            UploadReaders readers,
            Intake intake,
            InFlightBytes inFlight,
            IngestMetrics metrics,
            Shutdown shutdown) {
        this.callers = callers;
        this.json = readers.json();
        this.avro = readers.avro();
        this.intake = intake;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.shutdown = shutdown;
    }

    Mono<ServerResponse> post(ServerRequest request) {
        try {
            shutdown.refuseIfStopping();
            HttpHeaders headers = request.headers().asHttpHeaders();
            return callers.fromAuthorization(headers.getFirst(HttpHeaders.AUTHORIZATION))
                    .flatMap(caller -> {
                        UploadReader reader = readerFor(headers);
                        if (headers.getContentLength() > Limits.REQUEST_BYTES_MAX) {
                            throw UploadBody.tooLarge();
                        }
                        return receive(request, caller, reader);
                    })
                    .onErrorResume(failure -> refused(Refusal.in(failure)));
        } catch (Refusal refusal) {
            return refused(refusal);
        }
    }

    private Mono<ServerResponse> receive(ServerRequest request, Identity caller, UploadReader reader) {
        UploadBody body = new UploadBody(
                inFlight.share(), request.headers().asHttpHeaders().getContentLength());
        return request.exchange()
                .getRequest()
                .getBody()
                .collect(() -> body, UploadBody::append)
                .doOnError(failure -> body.abandon())
                .doOnCancel(body::abandon)
                .timeout(BODY_TIME_MAX, Mono.error(BODY_TOO_SLOW))
                .flatMap(whole -> Mono.fromFuture(
                        intake.take(caller.userId(), reader, whole.bytes(), whole.length(), whole.handOver())
                                .thenCompose(acknowledged -> acknowledged),
                        true))
                .flatMap(KeystrokesEndpoint::accepted);
    }

    private UploadReader readerFor(HttpHeaders headers) {
        String encoding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new Refusal(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Bodies must come without Content-Encoding");
        }
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
        throw new Refusal(
                ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json or application/avro");
    }

    private static Mono<ServerResponse> accepted(UploadResult result) {
        Upload upload = result.upload();
        String body = "{\"accepted\":" + upload.batches().size() + ",\"keystrokes\":" + upload.keystrokes() + "}";
        return answer(
                202,
                body.getBytes(StandardCharsets.ISO_8859_1),
                headers -> result.readAfter().ifPresent(token -> headers.set(ReadAfterToken.HEADER, token.text())));
    }

    /** Serves the schema of {@code application/avro}. */
    Mono<ServerResponse> schema(ServerRequest request) {
        return answer(200, UPLOAD_SCHEMA, headers -> {});
    }

    Mono<ServerResponse> refused(Refusal refusal) {
        metrics.refused(refusal.type());
        return ServerResponse.status(refusal.type().status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .headers(headers -> {
                    if (refusal.retryAfterSeconds() > 0) {
                        headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(refusal.retryAfterSeconds()));
                    }
                    if (refusal.type() == ProblemType.UNAUTHENTICATED) {
                        headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"mindful-code\"");
                    }
                })
                .build((exchange, context) -> {
                    DataBuffer body = exchange.getResponse().bufferFactory().wrap(refusal.problemJson());
                    return exchange.getResponse().writeWith(Mono.just(body));
                });
    }

    private static Mono<ServerResponse> answer(int status, byte[] body, Consumer<HttpHeaders> headers) {
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
