package dev.mindfulcode.webkit.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes a channel whose peer reads no byte for a time although some are waiting to be written. */
final class WriteTimeout extends ChannelOutboundHandlerAdapter {

    private static final int CHECKS_PER_TIMEOUT = 4;

    private final long checkIntervalNs;
    private boolean watching;
    private int checksWithoutProgress;
    private @Nullable Object currentMessage;
    private long currentProgress;

    WriteTimeout(Duration timeout) {
        checkIntervalNs = timeout.toNanos() / CHECKS_PER_TIMEOUT;
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        if (!watching && isPending(context)) {
            watching = true;
            noteProgress(context);
            scheduleCheck(context);
        }
    }

    private void scheduleCheck(ChannelHandlerContext context) {
        context.executor().schedule(() -> check(context), checkIntervalNs, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        if (!isPending(context)) {
            watching = false;
            currentMessage = null;
            return;
        }
        noteProgress(context);
        if (checksWithoutProgress < CHECKS_PER_TIMEOUT) {
            scheduleCheck(context);
        } else {
            context.close();
        }
    }

    private static boolean isPending(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer != null && !buffer.isEmpty();
    }

    private void noteProgress(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        Object message = buffer == null ? null : buffer.current();
        long progress = buffer == null ? 0 : buffer.currentProgress();
        if (message == currentMessage && progress == currentProgress) {
            checksWithoutProgress++;
        } else {
            checksWithoutProgress = 0;
            currentMessage = message;
            currentProgress = progress;
        }
    }
}
