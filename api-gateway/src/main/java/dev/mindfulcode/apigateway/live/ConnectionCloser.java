package dev.mindfulcode.apigateway.live;

import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.http.server.HttpServerRequest;

/** Closes the TCP connection of a client that no longer reads, without a closing handshake. */
record ConnectionCloser(ServerHttpRequest request) implements Runnable {

    @Override
    public void run() {
        ServerHttpRequest inner = request;
        while (inner instanceof ServerHttpRequestDecorator decorated) {
            inner = decorated.getDelegate();
        }
        if (inner instanceof AbstractServerHttpRequest known
                && known.getNativeRequest() instanceof HttpServerRequest netty) {
            netty.withConnection(connection -> {
                var _ = connection.channel().close();
            });
        }
    }
}
