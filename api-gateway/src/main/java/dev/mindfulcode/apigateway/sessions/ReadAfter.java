package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Set;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/** Read-your-writes: a read that sends back a write's {@link ReadAfterToken} waits until the read model includes it. */
public final class ReadAfter {

    public static final String HEADER = ReadAfterToken.HEADER;

    private static final Set<String> TOPICS =
            Set.of(Topics.SESSIONS.name(), Topics.KEYSTROKES.name(), Topics.FLOW_FEATURES.name());

    private final ProjectionProgress progress;

    ReadAfter(ProjectionProgress progress) {
        this.progress = progress;
    }

    static String token(LogPosition position) {
        return new ReadAfterToken(position.topic(), position.partition(), position.offset()).text();
    }

    /** Completes when the read model includes the position of the request's token, if any; fails with 400 or 503. */
    public Mono<Void> await(ServerRequest request) {
        String token = request.headers().firstHeader(HEADER);
        return token == null ? Mono.empty() : progress.await(position(token));
    }

    private static LogPosition position(String text) {
        ReadAfterToken token = ReadAfterToken.parse(text);
        if (token == null || !TOPICS.contains(token.topic())) {
            throw ProblemType.INVALID_REQUEST.forField(
                    HEADER, "Send the value that a write returned, or omit the header.");
        }
        return new LogPosition(token.topic(), token.partition(), token.offset());
    }
}
