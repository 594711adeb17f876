package dev.mindfulcode.apigateway.live;

import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.netty.http.server.HttpServerRequest;

/** Closes a client's connection below all protocols: a client that reads nothing would not see a polite end either. */
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
