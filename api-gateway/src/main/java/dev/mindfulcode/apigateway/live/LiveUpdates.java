package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.webkit.problems.ProblemException;
import org.springframework.web.reactive.function.server.ServerRequest;

/** Live updates for protocols other than our own. */
public final class LiveUpdates {

    private final LiveHub hub;
    private final CredentialExpiry ends;

    LiveUpdates(LiveHub hub, CredentialExpiry ends) {
        this.hub = hub;
        this.ends = ends;
    }

    /**
     * Connects a client, which must be closed.
     *
     * @throws ProblemException where there are too many already
     */
    public LiveConnection connect(Caller caller, ServerRequest request) {
        Subscription client = hub.open(
                caller.userId(), null, new ConnectionCloser(request.exchange().getRequest()));
        return new LiveConnection(hub, client, ends.of(caller));
    }
}
