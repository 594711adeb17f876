package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Metrics of plugin runs: sums over all plugins and users. Thread-safe. */
final class PluginMetrics {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final Timer batches;
    private final Counter fuel;
    private final Map<String, Counter> failures = new HashMap<>();

    PluginMetrics(MeterRegistry registry) {
        batches = Timer.builder("mindful.plugin.batch")
                .description("from the submission of a batch of records to the answer of the plugin")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        fuel = Counter.builder("mindful.plugin.fuel")
                .description("fuel that plugins used, about one unit an instruction")
                .register(registry);
        for (String kind : List.of("trapped", "out_of_fuel", "timed_out", "bad_output", "declined")) {
            failures.put(
                    kind,
                    Counter.builder("mindful.plugin.failures")
                            .description("plugin runs that failed, by kind")
                            .tag("kind", kind)
                            .register(registry));
        }
    }

    void answered(Outcome outcome, long tookNs) {
        batches.record(tookNs, TimeUnit.NANOSECONDS);
        switch (outcome) {
            case Outcome.Ok ok -> fuel.increment(ok.fuelUsed());
            case Outcome.Failure failure ->
                Objects.requireNonNull(failures.get(kind(failure))).increment();
            case Outcome.Disabled _, Outcome.Busy _ -> {
                // Nothing ran.
            }
        }
    }

    private static String kind(Outcome.Failure failure) {
        return switch (failure) {
            case Outcome.Trapped _ -> "trapped";
            case Outcome.OutOfFuel _ -> "out_of_fuel";
            case Outcome.TimedOut _ -> "timed_out";
            case Outcome.BadOutput _ -> "bad_output";
            case Outcome.Declined _ -> "declined";
        };
    }
}
