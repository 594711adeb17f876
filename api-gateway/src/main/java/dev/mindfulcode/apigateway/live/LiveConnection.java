package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/**
 * A client of another live protocol than our own: counted, limited, cut and ended as those of our own are. Thread-safe.
 */
public final class LiveConnection {

    private static final int RETRY_AFTER_SECONDS = 1;

    private final LiveHub hub;
    private final Subscription client;
    private final Disposable expiry;

    /** @param end emits when the connection may not last longer */
    LiveConnection(LiveHub hub, Subscription client, Mono<Instant> end) {
        this.hub = hub;
        this.client = client;
        this.expiry = end.subscribe(_ -> client.queue().end(LiveMessages.TOKEN_EXPIRED));
    }

    /**
     * Beats now and then, by which the protocol keeps an idle connection open; fails with the problem for which the
     * connection must end. Subscribed to once, and for as long as the connection lasts: who takes no beats is cut.
     */
    public Flux<Heartbeat> heartbeats() {
        return client.queue().messages().handle(LiveConnection::toHeartbeat);
    }

    /** All updates of the user from here on, beginning with the latest known state. Does not end by itself. */
    public Flux<LiveUpdate> updates() {
        return Flux.using(
                () -> hub.openChild(client),
                stream -> stream.queue()
                        .messages()
                        .<LiveUpdate>handle(LiveConnection::update)
                        .concatWith(Flux.never()),
                hub::close);
    }

    public void close() {
        expiry.dispose();
        hub.close(client);
    }

    private static void toHeartbeat(LiveMessage message, SynchronousSink<Heartbeat> beats) {
        if (message.isHeartbeat()) {
            beats.next(Heartbeat.INSTANCE);
        } else if (message == LiveMessages.TOKEN_EXPIRED) {
            beats.error(ProblemType.UNAUTHENTICATED.withDetail("Connect again with a fresh access token."));
        } else if (message == LiveMessages.GOING_AWAY) {
            beats.error(ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "This server stops: connect again."));
        }
    }

    private static void update(LiveMessage message, SynchronousSink<LiveUpdate> updates) {
        LiveUpdate update = message.update();
        if (update != null) {
            updates.next(update);
        }
    }

    /** Nothing but a sign of life. */
    public enum Heartbeat {
        INSTANCE
    }
}
