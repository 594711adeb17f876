package dev.mindfulcode.projectionservice.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.pluginhost.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PluginMetricsTest {

    private static final Outcome.Where CALL = new Outcome.Where("on_record", 0);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PluginMetrics metrics = new PluginMetrics(meters);

    @Test
    void countsTimeFuelAndFailuresByKind() {
        metrics.answered(new Outcome.Ok(List.of(), 120), 2_000_000);
        metrics.answered(new Outcome.Trapped(CALL, Outcome.Trap.UNREACHABLE), 1_000_000);
        metrics.answered(new Outcome.TimedOut(CALL, 500), 1_000_000);
        metrics.answered(new Outcome.Busy(), 1_000_000);

        assertThat(meters.get("mindful.plugin.batch").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(5);
        assertThat(meters.get("mindful.plugin.fuel").counter().count()).isEqualTo(120);
        assertThat(failures("trapped")).isEqualTo(1);
        assertThat(failures("timed_out")).isEqualTo(1);
        assertThat(failures("out_of_fuel")).isZero();
    }

    private double failures(String kind) {
        return meters.get("mindful.plugin.failures").tag("kind", kind).counter().count();
    }
}
