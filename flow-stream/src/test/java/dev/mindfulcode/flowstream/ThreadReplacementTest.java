package dev.mindfulcode.flowstream;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ThreadReplacementTest {

    private static final RuntimeException FAILURE = new IllegalStateException("broken for this test");

    private Instant now = Instant.parse("2026-03-02T09:00:00Z");
    private final ThreadReplacement replacement =
            new ThreadReplacement(() -> now, new StreamMeters(new SimpleMeterRegistry()));

    @Test
    void replacesThreadsUpToItsBoundAndThenGivesUp() {
        for (int i = 0; i < ThreadReplacement.REPLACEMENTS_MAX; i++) {
            assertThat(replacement.handle(FAILURE)).isEqualTo(REPLACE_THREAD);
        }
        assertThat(replacement.handle(FAILURE)).isEqualTo(SHUTDOWN_CLIENT);
    }

    @Test
    void forgetsFailuresOfLongAgo() {
        for (int i = 0; i < 10 * ThreadReplacement.REPLACEMENTS_MAX; i++) {
            assertThat(replacement.handle(FAILURE)).isEqualTo(REPLACE_THREAD);
            now = now.plus(ThreadReplacement.REPLACEMENT_WINDOW.dividedBy(ThreadReplacement.REPLACEMENTS_MAX / 2));
        }
    }
}
