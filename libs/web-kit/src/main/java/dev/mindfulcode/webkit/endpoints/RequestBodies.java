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

/** Reads request bodies: JSON objects of a bounded size, compressed with gzip or not, and nothing else. */
public final class RequestBodies {

    /** The longest legal body, a detection over 1,000 intervals, is below 16 KiB. */
    static final int BODY_BYTES_MAX_DEFAULT = 64 * 1024;

    /**
     * A body that is not there as a whole by then is the client's fault; well before {@link Endpoints} gives up the whole
     * answer as ours. Not Netty's request timeout: that one ends WebSockets, too.
     */
    static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

    private RequestBodies() {}

    /**
     * Reads an object.
     *
     * @param fields all that it may have; another is refused by name
     */
    public static Mono<JsonFields> object(ServerRequest request, String[] fields) {
        return json(request, BODY_BYTES_MAX_DEFAULT)
                .map(body -> Json.object(body).only(fields));
    }

    public static Mono<JsonFields> object(ServerRequest request, String field, String... others) {
        return object(request, fields(field, others));
    }

    /** Like {@link #object(ServerRequest, String[])}, for what is larger by its nature. */
    public static Mono<JsonFields> large(ServerRequest request, int bytesMax, String field, String... others) {
        return json(request, bytesMax).map(body -> Json.objectOfLongTexts(body).only(fields(field, others)));
    }

    /** Like {@link #object(ServerRequest, String[])}, where no body at all stands for an object without fields. */
    public static Mono<JsonFields> objectOrNothing(ServerRequest request, String field, String... others) {
        return objectOrNothing(request, body -> body.only(fields(field, others)));
    }

    /**
     * Like {@link #objectOrNothing(ServerRequest, String, String...)}, with a check that knows more about what is
     * refused.
     */
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
            return Mono.error(ProblemType.UNSUPPORTED_MEDIA_TYPE.forField("Content-Type", "Send application/json."));
        }
        return bytes(http, bytesMax);
    }

    /**
     * The body, decompressed where it is compressed, within the same bounds of size and time; nothing where there is
     * none.
     */
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

    /** A body without a content type counts as JSON: there is nothing else that it could be. */
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
        return ProblemType.REQUEST_TOO_LARGE.withDetail("A body may have " + bytesMax + " bytes.");
    }
}
