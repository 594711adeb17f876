package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/** Reads request bodies: JSON objects of a bounded size, compressed with gzip or not. */
public final class RequestBodies {

    /** The longest valid body, a detection over 1,000 intervals, is below 16 KiB. */
    static final int BODY_BYTES_MAX_DEFAULT = 64 * 1024;

    /** Shorter than the response timeout of {@link Endpoints}. Netty's own request timeout would close WebSockets. */
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

    private RequestBodies() {}

    /**
     * Reads an object.
     *
     * @param fields the known fields; others are rejected by name
     */
    public static Mono<JsonFields> object(ServerRequest request, String[] fields) {
        return json(request, BODY_BYTES_MAX_DEFAULT)
                .map(body -> Json.object(body).only(fields));
    }

    public static Mono<JsonFields> object(ServerRequest request, String field, String... others) {
        return object(request, fields(field, others));
    }

    /** Like {@link #object(ServerRequest, String[])}, for larger bodies. */
    public static Mono<JsonFields> large(ServerRequest request, int bytesMax, String field, String... others) {
        return json(request, bytesMax).map(body -> Json.objectOfLongTexts(body).only(fields(field, others)));
    }

    /** Like {@link #object(ServerRequest, String[])}; a missing body counts as an object without fields. */
    public static Mono<JsonFields> objectOrNothing(ServerRequest request, String field, String... others) {
        return objectOrNothing(request, body -> body.only(fields(field, others)));
    }

    /** Like {@link #objectOrNothing(ServerRequest, String, String...)}, with the caller's own check of fields. */
    public static Mono<JsonFields> objectOrNothing(ServerRequest request, UnaryOperator<JsonFields> check) {
        return json(request, BODY_BYTES_MAX_DEFAULT)
                .map(body -> check.apply(Json.object(body.length == 0 ? new byte[] {'{', '}'} : body)));
    }

    private static String[] fields(String field, String... others) {
        return Stream.concat(Stream.of(field), Arrays.stream(others)).toArray(String[]::new);
    }

    private static Mono<byte[]> json(ServerRequest request, int bytesMax) {
        ServerHttpRequest http = request.exchange().getRequest();
        if (http.getHeaders().getContentLength() <= bytesMax && !isJson(request)) {
            return Mono.error(ProblemType.UNSUPPORTED_MEDIA_TYPE.forField("Content-Type", "Must be application/json."));
        }
        return bytes(http, bytesMax);
    }

    /** Reads a body, decompressed, within the same bounds of size and time; empty without a body. */
    public static Mono<byte[]> bytes(ServerHttpRequest request) {
        return bytes(request, BODY_BYTES_MAX_DEFAULT);
    }

    private static Mono<byte[]> bytes(ServerHttpRequest request, int bytesMax) {
        if (request.getHeaders().getContentLength() > bytesMax) {
            return Mono.error(tooLarge(bytesMax));
        }
        boolean isGzip;
        try {
            isGzip = GzipBody.isGzip(request.getHeaders());
        } catch (ProblemException e) {
            return Mono.error(e);
        }
        return DataBufferUtils.join(request.getBody(), bytesMax)
                .map(buffer -> {
                    byte[] body = new byte[buffer.readableByteCount()];
                    buffer.read(body);
                    DataBufferUtils.release(buffer);
                    return body;
                })
                .timeout(BODY_TIMEOUT, Mono.error(RequestBodies::tooSlow))
                .onErrorMap(DataBufferLimitException.class, e -> tooLarge(bytesMax))
                .map(body -> isGzip ? GzipBody.decompress(body, bytesMax) : body)
                .defaultIfEmpty(new byte[0]);
    }

    /** A body without a content type counts as JSON. */
    private static boolean isJson(ServerRequest request) {
        try {
            MediaType type = request.headers().contentType().orElse(MediaType.APPLICATION_JSON);
            return MediaType.APPLICATION_JSON.includes(type) || "json".equals(type.getSubtypeSuffix());
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static ProblemException tooSlow() {
        return ProblemType.REQUEST_TIMEOUT.withDetail(
                "The body did not arrive within " + BODY_TIMEOUT.toSeconds() + " s.");
    }

    static ProblemException tooLarge(int bytesMax) {
        return ProblemType.REQUEST_TOO_LARGE.withDetail("The body is too large; at most " + bytesMax + " bytes.");
    }
}
