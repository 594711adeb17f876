package dev.mindfulcode.webkit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The handler alone, without the kernel's TCP_USER_TIMEOUT, which closes connections of slow readers as well. */
class WriteTimeoutTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(500);

    private final SlowChannel channel = new SlowChannel();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void closesAChannelWhosePeerReadsNothing() {
        channel.write(100);
        advance(TIMEOUT.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        advance(Duration.ofSeconds(1));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesAChannelWhosePeerStopsReading() {
        channel.write(100);
        advance(TIMEOUT.dividedBy(2));
        channel.read(1);
        advance(TIMEOUT.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        advance(TIMEOUT.dividedBy(2));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void keepsAChannelWhosePeerReadsSlowly() {
        channel.write(100);
        for (int reads = 0; reads < 50; reads++) {
            advance(TIMEOUT.dividedBy(2));
            channel.read(1);
        }
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void keepsAnIdleChannel() {
        channel.write(100);
        channel.read(100);
        advance(TIMEOUT.multipliedBy(10));
        assertThat(channel.isOpen()).isTrue();
        channel.write(100);
        advance(TIMEOUT.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        advance(Duration.ofSeconds(1));
        assertThat(channel.isOpen()).isFalse();
    }

    private void advance(Duration time) {
        for (Duration left = time; left.isPositive(); left = left.minus(STEP)) {
            channel.advanceTimeBy(STEP.toMillis(), TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    /** A channel whose peer reads only on request. */
    private static final class SlowChannel extends EmbeddedChannel {

        SlowChannel() {
            super(new WriteTimeout(TIMEOUT));
            freezeTime();
        }

        void write(int bytes) {
            writeOneOutbound(Unpooled.wrappedBuffer(new byte[bytes]));
            flushOutbound();
        }

        void read(int bytes) {
            unsafe().outboundBuffer().removeBytes(bytes);
        }

        @Override
        protected void doWrite(ChannelOutboundBuffer buffer) {
            // Nothing is sent until the peer reads.
        }
    }
}
