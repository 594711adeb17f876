package dev.mindfulcode.webkit.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Enforces RFC 9112 for HTTP/1.x clients, between the codec and the server. Invalid requests are answered here, and the
 * server sees one form only (see {@link RequestHead}). This handler also decides when to close the connection: the
 * server would close it with the first of several pipelined responses if the last request says {@code close}, and would
 * send chunks to HTTP/1.0 clients.
 */
final class HttpConformance extends ChannelDuplexHandler {

    private static final String ALLOW =
            RequestHead.METHODS.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));

    private final ConnectionLimits rules;

    /** Requests without a complete response, in their order. */
    private final Deque<Exchange> exchanges = new ArrayDeque<>();

    /** The response to send after those of the exchanges, then closing the connection. */
    private @Nullable FullHttpResponse last;

    /** Whether the connection serves no further request. */
    private boolean closing;

    /** Whether the current request is discarded. */
    private boolean discarding;

    private boolean isUpgraded;

    HttpConformance(ConnectionLimits rules) {
        this.rules = rules;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && !isUpgraded) {
            discarding = closing;
            if (!discarding) {
                begin(context, request);
            }
        }
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            closing = true;
            exchanges.add(new Exchange(new RequestHead(true, false)));
            return;
        }
        RequestHead.Rejection rejection = RequestHead.rejection(request);
        if (rejection != null) {
            end(context, response(request, rejection));
        } else if (RequestHead.isServerOptions(request)) {
            end(context, serverOptions());
        } else {
            RequestHead head = RequestHead.normalize(request);
            closing = !head.keepAlive();
            exchanges.add(new Exchange(head));
        }
    }

    private void end(ChannelHandlerContext context, FullHttpResponse response) {
        closing = true;
        discarding = true;
        last = response;
        sendLast(context);
    }

    private void sendLast(ChannelHandlerContext context) {
        FullHttpResponse response = last;
        if (response != null && exchanges.isEmpty()) {
            last = null;
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        Exchange exchange = exchanges.peek();
        if (exchange == null || isUpgraded) {
            context.write(message, promise);
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                    upgrade(context);
                }
                context.write(message, promise);
                return;
            }
            exchange.respond(response);
        }
        if (!(message instanceof LastHttpContent)) {
            context.write(message, promise);
            return;
        }
        exchanges.remove();
        ChannelPromise written = promise.unvoid();
        if (exchange.closes()) {
            written.addListener(ChannelFutureListener.CLOSE);
        } else if (last != null) {
            written.addListener(_ -> sendLast(context));
        }
        context.write(message, written);
    }

    private void upgrade(ChannelHandlerContext context) {
        isUpgraded = true;
        exchanges.clear();
        context.pipeline().addAfter(context.name(), "mindful.liveness", new WebSocketLiveness(rules));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ReferenceCountUtil.release(last);
        last = null;
    }

    private static FullHttpResponse serverOptions() {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.ALLOW, ALLOW).set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** A problem document without a type of its own (RFC 9457, section 4.2.1). */
    private static FullHttpResponse response(HttpRequest request, RequestHead.Rejection rejection) {
        byte[] body = ("{\"type\":\"about:blank\",\"title\":\""
                        + rejection.status().reasonPhrase() + "\",\"status\":"
                        + rejection.status().code() + ",\"detail\":\"" + rejection.detail() + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                rejection.status(),
                isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** A request and its response. */
    private static final class Exchange {

        private final RequestHead request;
        private boolean closes;

        Exchange(RequestHead request) {
            this.request = request;
        }

        void respond(HttpResponse response) {
            closes = !request.keepAlive() || !HttpUtil.isKeepAlive(response);
            if (request.isHttp10() && HttpUtil.isTransferEncodingChunked(response)) {
                HttpUtil.setTransferEncodingChunked(response, false);
                // Without a length, the end of the connection ends a body of HTTP/1.0.
                closes = true;
            }
            response.setProtocolVersion(HttpVersion.HTTP_1_1);
            if (closes) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            } else if (request.isHttp10()) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
            }
        }

        boolean closes() {
            return closes;
        }
    }
}
