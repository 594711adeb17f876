package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Responses of server-sent events, each flushed at once. */
public final class EventStreams {

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private EventStreams() {}

    /**
     * Returns a response of events.
     *
     * @param open returns the events or throws a problem; not called for HEAD
     */
    public static Mono<ServerResponse> respond(ServerRequest request, Supplier<Flux<DataBuffer>> open) {
        return Mono.defer(() -> {
            Flux<DataBuffer> events = request.method().equals(HttpMethod.HEAD) ? Flux.empty() : open.get();
            return ServerResponse.ok()
                    .contentType(MediaType.TEXT_EVENT_STREAM)
                    .header("Cache-Control", "no-store")
                    .header("X-Accel-Buffering", "no")
                    .build((exchange, _) -> exchange.getResponse().writeAndFlushWith(events.map(Mono::just)));
        });
    }

    /**
     * Returns the events with a comment at the start and at each ping interval, up to the maximum lifetime of a
     * connection.
     */
    public static Flux<DataBuffer> withKeepAlive(Flux<DataBuffer> events, ConnectionLimits rules) {
        return Flux.defer(() -> {
            Sinks.Empty<Void> over = Sinks.empty();
            Flux<DataBuffer> comments = Flux.interval(rules.pingInterval())
                    .onBackpressureDrop()
                    .map(_ -> comment())
                    .takeUntilOther(over.asMono());
            return Flux.merge(1, comments, events.doFinally(_ -> over.tryEmitEmpty()))
                    .startWith(comment())
                    .take(rules.lifetimeMax());
        });
    }

    /** Returns a comment, which keeps an idle connection open. */
    public static DataBuffer comment() {
        return buffer(COMMENT);
    }

    public static DataBuffer buffer(byte[] event) {
        return DefaultDataBufferFactory.sharedInstance.wrap(event);
    }
}
