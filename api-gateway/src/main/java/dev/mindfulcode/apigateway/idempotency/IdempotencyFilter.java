package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.http.CallerAuthentication;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Execute;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Replay;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.Principal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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
 * {@code Idempotency-Key} on the POSTs of signed-in users: the first one is done and its answer kept before it is sent,
 * the same again is given that answer. A refusal is not kept: after it the key is free.
 *
 * <p>The work goes on when its client hangs up, as that client will ask again. After the security chain, which says who
 * it is.
 */
@Order(0)
final class IdempotencyFilter implements WebFilter {

    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyFilter.class);

    private final IdempotentRequests requests;
    private final AsyncUserCiphers ciphers;

    IdempotencyFilter(IdempotentRequests requests, AsyncUserCiphers ciphers) {
        this.requests = requests;
        this.ciphers = ciphers;
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
                .ofType(CallerAuthentication.class)
                .mapNotNull(IdempotencyFilter::user)
                .flatMap(user -> RequestBodies.bytes(request)
                        .flatMap(body -> once(user, key, body, exchange, chain))
                        .thenReturn(user))
                .switchIfEmpty(Mono.error(
                        () -> ProblemType.UNAUTHENTICATED.withDetail("Sign in, or refresh the access token.")))
                .then();
    }

    private static @Nullable UUID user(Principal principal) {
        return Uuids.parse(principal.getName());
    }

    private Mono<Void> once(UUID user, String key, byte[] body, ServerWebExchange exchange, WebFilterChain chain) {
        return ciphers.find(user)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")))
                .flatMap(cipher -> requests.begin(
                        cipher, IdempotencyKey.hash(key), IdempotencyKey.fingerprint(exchange.getRequest(), body)))
                .flatMap(turn -> switch (turn) {
                    case Replay done -> Mono.just(done.answer());
                    case Execute work -> done(work, body, exchange, chain);
                })
                .flatMap(answer -> answer.writeTo(exchange.getResponse()));
    }

    private Mono<StoredResponse> done(Execute work, byte[] body, ServerWebExchange exchange, WebFilterChain chain) {
        BufferedResponse held = new BufferedResponse(exchange.getResponse());
        ServerWebExchange inner = exchange.mutate()
                .request(new ReadRequest(exchange.getRequest(), body))
                .response(held)
                .build();
        return Mono.deferContextual(context -> {
            Mono<StoredResponse> answer = chain.filter(inner)
                    .then(Mono.fromSupplier(held::answer))
                    .flatMap(given -> kept(work, given).thenReturn(given))
                    .onErrorResume(e -> tried(requests.release(work)).then(Mono.error(e)))
                    .contextWrite(context)
                    .cache();
            // Whether or not somebody still waits for it.
            answer.subscribe(_ -> {}, _ -> {});
            return answer;
        });
    }

    private Mono<Void> kept(Execute work, StoredResponse answer) {
        return tried(answer.isSuccess() ? requests.store(work, answer) : requests.release(work));
    }

    /** What was done was done: the client is told, even if a repetition could not be answered for a while. */
    private static Mono<Void> tried(Mono<Void> write) {
        return write.onErrorResume(e -> {
            LOG.warn("An answer could not be kept: {}", e.getClass().getName());
            return Mono.empty();
        });
    }

    /** The same request, its body read already and decompressed. */
    private static final class ReadRequest extends ServerHttpRequestDecorator {

        private final byte[] body;
        private final DataBufferFactory buffers = DefaultDataBufferFactory.sharedInstance;

        ReadRequest(ServerHttpRequest request, byte[] body) {
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
