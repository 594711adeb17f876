package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Projection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Metrics of a loop. Labels are names of projections, topics and loops only. Closing removes the gauges; counters stay.
 * Thread-safe.
 */
public final class LoopMetrics implements AutoCloseable {

    private final MeterRegistry registry;
    private final String loop;
    private final Map<String, AtomicLong> lags = new ConcurrentHashMap<>();
    private final Map<String, Counter> rows = new ConcurrentHashMap<>();
    private final Counter erased;
    private final Timer transactions;
    private final AtomicLong lastCommitNanos = new AtomicLong(System.nanoTime());
    private final List<Gauge> gauges = new ArrayList<>();

    public LoopMetrics(MeterRegistry registry, String loop, List<Projection> projections) {
        this.registry = registry;
        this.loop = loop;
        for (Projection projection : projections) {
            AtomicLong lag = new AtomicLong();
            lags.putIfAbsent(projection.name(), lag);
            gauges.add(Gauge.builder("mindful.projection.lag", lag, AtomicLong::get)
                    .description(
                            "records of the partitions assigned here that are committed in Kafka and not yet applied")
                    .baseUnit("records")
                    .tag("projection", projection.name())
                    .tag("loop", loop)
                    .register(registry));
            rows.put(
                    projection.name(),
                    Counter.builder("mindful.projection.rows")
                            .description("rows inserted or changed")
                            .tag("projection", projection.name())
                            .tag("loop", loop)
                            .register(registry));
        }
        erased = Counter.builder("mindful.projection.erased")
                .description("records of erased users, skipped")
                .tag("loop", loop)
                .register(registry);
        transactions = Timer.builder("mindful.projection.batch")
                .description("from records in hand to rows and offsets committed")
                .tag("loop", loop)
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        gauges.add(Gauge.builder("mindful.projection.commit.age", lastCommitNanos, LoopMetrics::ageSeconds)
                .description("time since rows or offsets were last committed")
                .baseUnit("seconds")
                .tag("loop", loop)
                .register(registry));
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }

    void committed(Map<Projection, Integer> written, int erasedRecords) {
        written.forEach((projection, count) -> {
            Counter counter = rows.get(projection.name());
            if (counter != null) {
                counter.increment(count);
            }
        });
        erased.increment(erasedRecords);
        lastCommitNanos.set(System.nanoTime());
    }

    void deadLettered(List<DeadRecord> records) {
        for (DeadRecord dead : records) {
            registry.counter(
                            "mindful.projection.dead.letters",
                            "loop",
                            loop,
                            "topic",
                            dead.record().topic())
                    .increment();
        }
    }

    void batch(Duration took) {
        transactions.record(took);
    }

    /** @param kind fenced, or the kind of failure */
    void setback(String kind) {
        registry.counter("mindful.projection.setbacks", "loop", loop, "kind", kind)
                .increment();
    }

    public void lag(Projection projection, long records) {
        AtomicLong lag = lags.get(projection.name());
        if (lag != null) {
            lag.set(records);
        }
    }

    private static double ageSeconds(AtomicLong lastCommitNanos) {
        return (System.nanoTime() - lastCommitNanos.get()) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
