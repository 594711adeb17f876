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
 * Serves HTTP/1.x clients by the letter of RFC 9112, between the codec and the server: requests that no route may see
 * are answered here, and the server behind sees one form only (see {@link RequestHead}). Who closes the connection, and
 * when, is decided here: the server behind would close it with the first of several pipelined answers where the last
 * one asks for it, and send chunks to clients of HTTP/1.0.
 */
final class HttpConformance extends ChannelDuplexHandler {

    private static final String ALLOW =
            RequestHead.METHODS.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));

    private final ConnectionLimits rules;

    /** Requests that are not answered yet, in their order. */
    private final Deque<Exchange> exchanges = new ArrayDeque<>();

    /** What is answered once those are. */
    private @Nullable FullHttpResponse last;

    /** Whether no further request is served on this connection. */
    private boolean isOver;

    /** Whether the request that comes in is one of those. */
    private boolean discarding;

    private boolean isUpgraded;

    HttpConformance(ConnectionLimits rules) {
        this.rules = rules;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && !isUpgraded) {
            discarding = isOver;
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
            isOver = true;
            exchanges.add(new Exchange(new RequestHead(true, false)));
            return;
        }
        RequestHead.Refusal refusal = RequestHead.refusal(request);
        if (refusal != null) {
            end(context, response(request, refusal));
        } else if (RequestHead.isAboutServer(request)) {
            end(context, aboutServer());
        } else {
            RequestHead head = RequestHead.normalize(request);
            isOver = !head.keepAlive();
            exchanges.add(new Exchange(head));
        }
    }

    private void end(ChannelHandlerContext context, FullHttpResponse response) {
        isOver = true;
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
            exchange.answer(response);
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

    private static FullHttpResponse aboutServer() {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.ALLOW, ALLOW).set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** A problem document without a type of its own (RFC 9457, section 4.2.1). */
    private static FullHttpResponse response(HttpRequest request, RequestHead.Refusal refusal) {
        byte[] body = ("{\"type\":\"about:blank\",\"title\":\""
                        + refusal.status().reasonPhrase() + "\",\"status\":"
                        + refusal.status().code() + ",\"detail\":\"" + refusal.detail() + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, refusal.status(), isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** A request and its answer. */
    private static final class Exchange {

        private final RequestHead request;
        private boolean closes;

        Exchange(RequestHead request) {
            this.request = request;
        }

        void answer(HttpResponse response) {
            closes = !request.keepAlive() || !HttpUtil.isKeepAlive(response);
            if (request.isOld() && HttpUtil.isTransferEncodingChunked(response)) {
                HttpUtil.setTransferEncodingChunked(response, false);
                // The end of the connection is the end of the body: HTTP/1.0 has no other where its length is not
                // known.
                closes = true;
            }
            response.setProtocolVersion(HttpVersion.HTTP_1_1);
            if (closes) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            } else if (request.isOld()) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
            }
        }

        boolean closes() {
            return closes;
        }
    }
}
