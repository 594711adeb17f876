package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.database.Replica;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Read-your-writes: a read that sends back a write's {@link ReadAfterToken} waits until the read model includes it. */
public final class ReadAfter {

    public static final String HEADER = ReadAfterToken.HEADER;

    private static final Set<String> TOPICS =
            Set.of(Topics.SESSIONS.name(), Topics.KEYSTROKES.name(), Topics.FLOW_FEATURES.name());

    private static final String RESOURCES = "/api/";

    private final ProjectionProgress progress;

    ReadAfter(ProjectionProgress progress) {
        this.progress = progress;
    }

    static String token(LogPosition position) {
        return new ReadAfterToken(position.topic(), position.partition(), position.offset()).text();
    }

    /**
     * Returns the response when the read model includes the position of the request's token; fails with 400 or 503.
     * Without a token, a resource is read from a replica, if there is one; GraphQL also writes.
     */
    public Mono<ServerResponse> read(ServerRequest request, Mono<ServerResponse> response) {
        String token = request.headers().firstHeader(HEADER);
        if (token != null) {
            return progress.await(position(token)).then(response);
        }
        boolean isResource =
                request.method().equals(HttpMethod.GET) && request.path().startsWith(RESOURCES);
        return isResource ? response.contextWrite(Replica::allow) : response;
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
