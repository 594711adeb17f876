package dev.mindfulcode.webkit.idempotency;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A response that is buffered and not sent. */
final class BufferedResponse extends ServerHttpResponseDecorator {

    private static final int BODY_BYTES_MAX = 256 * 1024;
    private static final byte[] EMPTY = {};

    private volatile byte[] body = EMPTY;

    BufferedResponse(ServerHttpResponse response) {
        super(response);
    }

    StoredResponse stored() {
        return StoredResponse.of(getDelegate(), body);
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> written) {
        return DataBufferUtils.join(written, BODY_BYTES_MAX)
                .doOnNext(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    body = bytes;
                })
                .then();
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> written) {
        return writeWith(Flux.from(written).concatMap(part -> part));
    }

    @Override
    public Mono<Void> setComplete() {
        return Mono.empty();
    }
}
