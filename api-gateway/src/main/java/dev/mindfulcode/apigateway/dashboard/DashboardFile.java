package dev.mindfulcode.apigateway.dashboard;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * A file of the dashboard.
 *
 * @param gzip null if compressing saves nothing
 * @param etag of the content; that of the compressed form differs
 */
@SuppressWarnings("ArrayRecordComponent")
record DashboardFile(MediaType type, byte[] content, byte @Nullable [] gzip, String etag) {

    private static final Duration YEAR = Duration.ofDays(365);

    /** Returns a response that a browser may reuse without asking: the address has the hash of the content. */
    Mono<ServerResponse> forever(ServerRequest request) {
        return respond(request, CacheControl.maxAge(YEAR).cachePublic().immutable());
    }

    /** Returns a response that a browser may reuse after asking, which costs no body if the file is the same. */
    Mono<ServerResponse> revalidated(ServerRequest request) {
        return respond(request, CacheControl.noCache());
    }

    int sizeBytes() {
        return gzip == null ? content.length : gzip.length;
    }

    private Mono<ServerResponse> respond(ServerRequest request, CacheControl cache) {
        byte[] body =
                gzip != null && acceptsGzip(request.headers().header(HttpHeaders.ACCEPT_ENCODING)) ? gzip : content;
        boolean isCompressed = body != content;
        String tag = "\"" + etag + (isCompressed ? "-gzip" : "") + "\"";
        boolean isKnown = names(request.headers().header(HttpHeaders.IF_NONE_MATCH), tag);
        ServerResponse.BodyBuilder response = (isKnown
                        ? ServerResponse.status(HttpStatus.NOT_MODIFIED)
                        : ServerResponse.ok())
                .cacheControl(cache)
                .header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (isKnown) {
            return response.build();
        }
        if (isCompressed) {
            response.header(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        return response.contentType(type).bodyValue(body);
    }

    /** Returns whether one of the tags is this one, by the weak comparison of RFC 9110. */
    static boolean names(List<String> tags, String tag) {
        return items(tags).anyMatch(item -> item.equals("*") || item.equals(tag) || item.equals("W/" + tag));
    }

    static boolean acceptsGzip(List<String> encodings) {
        return items(encodings)
                .map(item -> item.toLowerCase(Locale.ROOT).replace(" ", ""))
                .anyMatch(item -> item.equals("gzip") || item.startsWith("gzip;") && !item.matches("gzip;q=0(\\.0*)?"));
    }

    private static Stream<String> items(List<String> fields) {
        return fields.stream().flatMap(field -> Arrays.stream(field.split(","))).map(String::strip);
    }
}
