package dev.mindfulcode.webkit.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes a channel whose peer takes no byte for a time although some are waiting to be written. */
final class WriteTimeout extends ChannelOutboundHandlerAdapter {

    private static final int CHECKS_PER_TIMEOUT = 4;

    private final long timeoutNs;
    private boolean watching;
    private @Nullable Object currentMessage;
    private long currentProgress;
    private long progressAtNs;

    WriteTimeout(Duration timeout) {
        timeoutNs = timeout.toNanos();
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        if (!watching && isPending(context)) {
            watching = true;
            progressAtNs = System.nanoTime();
            noteProgress(context);
            checkLater(context);
        }
    }

    private void checkLater(ChannelHandlerContext context) {
        context.executor().schedule(() -> check(context), timeoutNs / CHECKS_PER_TIMEOUT, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        if (!isPending(context)) {
            watching = false;
            currentMessage = null;
        } else if (noteProgress(context) || System.nanoTime() - progressAtNs < timeoutNs) {
            checkLater(context);
        } else {
            context.close();
        }
    }

    private static boolean isPending(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer != null && !buffer.isEmpty();
    }

    /** Returns whether the peer has taken any byte since the last call. */
    private boolean noteProgress(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        Object message = buffer == null ? null : buffer.current();
        long progress = buffer == null ? 0 : buffer.currentProgress();
        if (message == currentMessage && progress == currentProgress) {
            return false;
        }
        currentMessage = message;
        currentProgress = progress;
        progressAtNs = System.nanoTime();
        return true;
    }
}
