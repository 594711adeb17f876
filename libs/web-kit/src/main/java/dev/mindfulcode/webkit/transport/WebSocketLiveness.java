package dev.mindfulcode.webkit.transport;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends pings over a WebSocket, and closes it if its client sends nothing for too long. A client is not idle while this
 * side is too busy to read from it.
 */
final class WebSocketLiveness extends ChannelDuplexHandler {

    private final long pingIntervalNs;
    private final long idleTimeoutNs;
    private boolean reading = true;
    private long quietSinceNs;
    private @Nullable Future<?> next;

    WebSocketLiveness(ConnectionLimits rules) {
        pingIntervalNs = rules.pingInterval().toNanos();
        idleTimeoutNs = rules.idleTimeout().toNanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        quietSinceNs = System.nanoTime();
        tickLater(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        Future<?> pending = next;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (!reading) {
            reading = true;
            quietSinceNs = System.nanoTime();
        }
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = false;
        quietSinceNs = System.nanoTime();
        context.fireChannelRead(message);
    }

    private void tickLater(ChannelHandlerContext context) {
        long untilIdleNs = idleTimeoutNs - (System.nanoTime() - quietSinceNs);
        long delayNs = untilIdleNs > 0 ? Math.min(pingIntervalNs, untilIdleNs) : pingIntervalNs;
        next = context.executor().schedule(() -> tick(context), delayNs, TimeUnit.NANOSECONDS);
    }

    private void tick(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        if (reading && System.nanoTime() - quietSinceNs >= idleTimeoutNs) {
            context.close();
            return;
        }
        if (context.channel().isWritable()) {
            context.writeAndFlush(new PingWebSocketFrame());
        }
        tickLater(context);
    }
}
