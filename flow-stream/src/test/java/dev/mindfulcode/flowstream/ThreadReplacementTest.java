package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;

class ThreadReplacementTest {

    private static final RuntimeException FAILURE = new IllegalStateException("broken for this test");

    private Instant now = Instant.parse("2026-03-02T09:00:00Z");
    private final ThreadReplacement replacement =
            new ThreadReplacement(() -> now, new StreamMeters(new SimpleMeterRegistry()));

    @Test
    void replacesThreadsUpToItsMaximum() {
        for (int i = 0; i < ThreadReplacement.REPLACEMENTS_MAX; i++) {
            assertThat(replacement.handle(FAILURE)).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        }
        assertThat(replacement.handle(FAILURE)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
    }

    @Test
    void ignoresOldFailures() {
        for (int i = 0; i < 10 * ThreadReplacement.REPLACEMENTS_MAX; i++) {
            assertThat(replacement.handle(FAILURE)).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
            now = now.plus(ThreadReplacement.REPLACEMENT_WINDOW.dividedBy(ThreadReplacement.REPLACEMENTS_MAX / 2));
        }
    }

    @Test
    void replacesThreadsThroughoutAnOutageOfTheDatabase() {
        RuntimeException outage = new StreamsException(new KeysUnavailableException(6, FAILURE));

        for (int i = 0; i < 10 * ThreadReplacement.REPLACEMENTS_MAX; i++) {
            assertThat(replacement.handle(outage)).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        }
        assertThat(replacement.handle(FAILURE)).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
    }
}
