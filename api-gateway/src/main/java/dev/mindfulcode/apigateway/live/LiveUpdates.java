package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.webkit.problems.ProblemException;
import org.springframework.web.reactive.function.server.ServerRequest;

/** Connects clients of other protocols to live updates. */
public final class LiveUpdates {

    private final LiveHub hub;
    private final CredentialExpiry ends;

    LiveUpdates(LiveHub hub, CredentialExpiry ends) {
        this.hub = hub;
        this.ends = ends;
    }

    /**
     * Connects a client; the caller closes the connection.
     *
     * @throws ProblemException if the connection limit is reached
     */
    public LiveConnection connect(Caller caller, ServerRequest request) {
        Subscription client = hub.open(
                caller.userId(),
                Resume.LATEST,
                new ConnectionCloser(request.exchange().getRequest()));
        return new LiveConnection(hub, client, ends.of(caller));
    }
}
