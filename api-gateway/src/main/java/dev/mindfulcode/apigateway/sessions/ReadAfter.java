package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Set;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * Reading one's own writes: a read that sends back a write's {@link ReadAfterToken} waits until the read model has come
 * that far.
 */
public final class ReadAfter {

    public static final String HEADER = ReadAfterToken.HEADER;

    private static final Set<String> TOPICS = Set.of(Topics.SESSIONS.name(), Topics.KEYSTROKES.name());

    private final ProjectionProgress progress;

    ReadAfter(ProjectionProgress progress) {
        this.progress = progress;
    }

    static String token(LogPosition position) {
        return new ReadAfterToken(position.topic(), position.partition(), position.offset()).text();
    }

    /**
     * Completes when the read model has what the request's token, if any, asks for; fails with 400 or 503 otherwise.
     */
    public Mono<Void> await(ServerRequest request) {
        String token = request.headers().firstHeader(HEADER);
        return token == null ? Mono.empty() : progress.await(position(token));
    }

    private static LogPosition position(String text) {
        ReadAfterToken token = ReadAfterToken.parse(text);
        if (token == null || !TOPICS.contains(token.topic())) {
            throw ProblemType.INVALID_REQUEST.forField(
                    HEADER, "Send the header as a write answered it, or leave it away.");
        }
        return new LogPosition(token.topic(), token.partition(), token.offset());
    }
}
