package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/** Live connection of another protocol (GraphQL), with the same limits and timeouts as {@code /ws}. Thread-safe. */
public final class LiveConnection {

    private static final int RETRY_AFTER_SECONDS = 1;

    private final LiveHub hub;
    private final Subscription client;
    private final Disposable expiry;

    /** @param end emits when the credential expires */
    LiveConnection(LiveHub hub, Subscription client, Mono<Instant> end) {
        this.hub = hub;
        this.client = client;
        this.expiry = end.subscribe(_ -> client.queue().end(LiveMessages.TOKEN_EXPIRED));
    }

    /**
     * Emits heartbeats, which keep an idle connection open; fails with the problem that ends the connection. Must be
     * subscribed to once, for the lifetime of the connection: a client that does not consume heartbeats is closed.
     */
    public Flux<Heartbeat> heartbeats() {
        return client.queue().messages().handle(LiveConnection::toHeartbeat);
    }

    /**
     * Emits the latest known state and all later updates of the user; never completes.
     *
     * @param since if given, the states after it come first, of the last ten minutes
     */
    public Flux<LiveUpdate> updates(@Nullable Instant since) {
        return Flux.using(
                () -> hub.openChild(client, new Resume(null, since)),
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
            beats.error(ProblemType.UNAVAILABLE.retryAfter(
                    RETRY_AFTER_SECONDS, "The server is shutting down. Connect again."));
        }
    }

    private static void update(LiveMessage message, SynchronousSink<LiveUpdate> updates) {
        LiveUpdate update = message.update();
        if (update != null) {
            updates.next(update);
        }
    }

    /** A heartbeat without content. */
    public enum Heartbeat {
        INSTANCE
    }
}
