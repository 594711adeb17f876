package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailureLogTest {

    private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 5);
    private final List<String> lines = new ArrayList<>();
    private final FailureLog failures = new FailureLog(Duration.ofMinutes(1), nowNs::get, lines::add);

    @Test
    void logsOnceAMinuteWithTheNumberOfOmittedFailures() {
        for (int second = 0; second <= 125; second++) {
            failures.report("no answer at " + second);
            nowNs.addAndGet(Duration.ofSeconds(1).toNanos());
        }

        assertThat(lines)
                .containsExactly(
                        "no answer at 0",
                        "no answer at 60 (59 more since the last such line)",
                        "no answer at 120 (59 more since the last such line)");
    }
}
