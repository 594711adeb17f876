package dev.mindfulcode.webkit.idempotency;

import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore.Execution;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore.Replay;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Executes requests with an {@code Idempotency-Key} once, at endpoints that declare it: the response is stored before
 * it is sent, and repetitions get it again. An error response is not stored; the key is then free again.
 *
 * <p>The execution continues if its client disconnects, since that client will repeat the request. Runs after security,
 * which identifies the user.
 */
@Order(0)
public final class IdempotencyFilter implements WebFilter {

    private static final Logger log = LoggerFactory.getLogger(IdempotencyFilter.class);

    private final IdempotencyStore store;

    public IdempotencyFilter(IdempotencyStore store) {
        this.store = store;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        Endpoint endpoint = Endpoints.find(exchange);
        if (endpoint == null || !endpoint.has(Endpoint.Feature.IDEMPOTENT)) {
            return chain.filter(exchange);
        }
        String key = IdempotencyKey.of(request);
        if (key == null) {
            return chain.filter(exchange);
        }
        return exchange.getPrincipal()
                .mapNotNull(principal -> Uuids.parse(principal.getName()))
                .flatMap(user -> RequestBodies.bytes(request)
                        .flatMap(body -> once(user, key, body, exchange, chain))
                        .thenReturn(user))
                .switchIfEmpty(Mono.error(
                        () -> ProblemType.UNAUTHENTICATED.withDetail("Sign in, or refresh the access token.")))
                .then();
    }

    private Mono<Void> once(UUID user, String key, byte[] body, ServerWebExchange exchange, WebFilterChain chain) {
        return store.begin(user, IdempotencyKey.hash(key), IdempotencyKey.fingerprint(exchange.getRequest(), body))
                .flatMap(outcome -> switch (outcome) {
                    case Replay replay -> Mono.just(replay.response());
                    case Execution execution -> execute(execution, body, exchange, chain);
                })
                .flatMap(response -> response.writeTo(exchange.getResponse()));
    }

    private static Mono<StoredResponse> execute(
            Execution execution, byte[] body, ServerWebExchange exchange, WebFilterChain chain) {
        BufferedResponse buffered = new BufferedResponse(exchange.getResponse());
        ServerWebExchange inner = exchange.mutate()
                .request(new BufferedRequest(exchange.getRequest(), body))
                .response(buffered)
                .build();
        return Mono.deferContextual(context -> {
            Mono<StoredResponse> response = chain.filter(inner)
                    .then(Mono.fromSupplier(buffered::stored))
                    .flatMap(stored -> finish(execution, stored).thenReturn(stored))
                    .onErrorResume(e -> logged(execution.cancel()).then(Mono.error(e)))
                    .contextWrite(context)
                    .cache();
            // Subscribed here, so that it continues without a client.
            response.subscribe(_ -> {}, _ -> {});
            return response;
        });
    }

    private static Mono<Void> finish(Execution execution, StoredResponse response) {
        return logged(response.isSuccess() ? execution.complete(response) : execution.cancel());
    }

    /** The request was executed: its client gets the response even if a repetition cannot be answered for a while. */
    private static Mono<Void> logged(Mono<Void> write) {
        return write.onErrorResume(e -> {
            log.warn("Idempotent response not stored: error={}", e.getClass().getName());
            return Mono.empty();
        });
    }

    /** The request with its body, read and decompressed. */
    private static final class BufferedRequest extends ServerHttpRequestDecorator {

        private final byte[] body;
        private final DataBufferFactory buffers = DefaultDataBufferFactory.sharedInstance;

        BufferedRequest(ServerHttpRequest request, byte[] body) {
            super(request.mutate()
                    .headers(headers -> {
                        headers.remove(HttpHeaders.CONTENT_ENCODING);
                        headers.setContentLength(body.length);
                    })
                    .build());
            this.body = body;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return body.length == 0 ? Flux.empty() : Flux.defer(() -> Flux.just(buffers.wrap(body)));
        }
    }
}
