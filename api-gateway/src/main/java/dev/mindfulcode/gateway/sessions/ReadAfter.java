package dev.mindfulcode.gateway.sessions;

import dev.mindfulcode.gateway.http.ProblemType;
import dev.mindfulcode.gateway.log.LogPosition;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * Reading one's own writes. A write answers with {@link #HEADER}, which says where on the log it is; a read that sends it back waits
 * until the read model has come that far. The token is opaque to clients, and harmless to forge: it buys a bounded wait.
 */
public final class ReadAfter {

    public static final String HEADER = "X-Read-After";

    private static final int TOKEN_LENGTH_MAX = 128;
    private static final Pattern TOKEN = Pattern.compile("1:([a-z-]{1,32}):([0-9]{1,5}):([0-9]{1,18})");

    private final ProjectionProgress progress;

    ReadAfter(ProjectionProgress progress) {
        this.progress = progress;
    }

    static String token(LogPosition position) {
        String text = "1:" + position.topic() + ":" + position.partition() + ":" + position.offset();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Completes when the read model has what the request's token, if any, asks for; fails with 400 or 503 otherwise. */
    public Mono<Void> await(ServerRequest request) {
        String token = request.headers().firstHeader(HEADER);
        return token == null ? Mono.empty() : progress.reached(position(token));
    }

    private static LogPosition position(String token) {
        if (token.length() <= TOKEN_LENGTH_MAX) {
            Matcher parts = TOKEN.matcher(decoded(token));
            if (parts.matches() && parts.group(1).equals(Topics.SESSIONS.name())) {
                return new LogPosition(
                        parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3)));
            }
        }
        throw ProblemType.INVALID_REQUEST.at(HEADER, "Send the header as a write answered it, or leave it away.");
    }

    private static String decoded(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
