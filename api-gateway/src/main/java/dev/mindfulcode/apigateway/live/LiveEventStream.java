package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.http.EventStreams;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/stream}: the caller's live messages as server-sent events. A client that reconnects with
 * Last-Event-ID gets what it missed of the last ten minutes.
 */
final class LiveEventStream {

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private final LiveHub hub;
    private final CredentialExpiry ends;
    private final DataBufferFactory buffers = DefaultDataBufferFactory.sharedInstance;

    LiveEventStream(LiveHub hub, CredentialExpiry ends) {
        this.hub = hub;
        this.ends = ends;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        Resume from = Resume.of(request);
        return Caller.of(request)
                .flatMap(caller -> EventStreams.respond(request, () -> {
                    Subscription subscription = hub.open(
                            caller.userId(),
                            from,
                            new ConnectionCloser(request.exchange().getRequest()));
                    return events(subscription, caller);
                }));
    }

    /** Starts with a comment, so that the client knows that it is connected. */
    private Flux<DataBuffer> events(Subscription subscription, Caller caller) {
        ConflatingQueue mailbox = subscription.queue();
        return Flux.using(
                () -> ends.of(caller).subscribe(_ -> mailbox.end(LiveMessages.TOKEN_EXPIRED)),
                _ -> Flux.concat(
                                Mono.fromSupplier(EventStreams::comment),
                                mailbox.messages().map(this::event))
                        .doFinally(_ -> hub.close(subscription)),
                Disposable::dispose);
    }

    private DataBuffer event(LiveMessage message) {
        if (message.isHeartbeat()) {
            return EventStreams.comment();
        }
        String id = message.id();
        DataBuffer event = buffers.allocateBuffer(message.json().length + 80);
        if (id != null) {
            event.write("id: " + id + "\n", StandardCharsets.US_ASCII);
        }
        return event.write(DATA).write(message.json()).write(END);
    }
}
