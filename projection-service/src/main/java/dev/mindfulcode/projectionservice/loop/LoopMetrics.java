package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.schemas.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Metrics of a loop. Labels are names of projections, topics and loops only. Closing removes the gauges; counters stay.
 * Thread-safe.
 */
public final class LoopMetrics implements AutoCloseable {

    /** From the smallest batch to one that waits for a lock. */
    private static final Duration[] BATCH_BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private static final Duration[] AGE_BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofHours(1),
        Duration.ofDays(1)
    };

    private final MeterRegistry registry;
    private final String loop;
    private final Map<String, AtomicLong> lags = new ConcurrentHashMap<>();
    private final Map<String, Counter> rows = new ConcurrentHashMap<>();
    private final Counter erased;
    private final Timer transactions;
    private final Timer ages;
    private final Map<String, Counter> deadLetters = new ConcurrentHashMap<>();
    private final Map<Setback, Counter> setbacks = new EnumMap<>(Setback.class);
    private volatile boolean isFollowing;
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
                .serviceLevelObjectives(BATCH_BUCKETS)
                .register(registry);
        ages = Timer.builder("mindful.projection.event.age")
                .description("age of the oldest record of a transaction at its commit")
                .tag("loop", loop)
                .serviceLevelObjectives(AGE_BUCKETS)
                .register(registry);
        for (Projection projection : projections) {
            for (Topic<?> topic : projection.topics()) {
                deadLetters.put(topic.name(), deadLetters(topic.name()));
            }
        }
        for (Setback setback : Setback.values()) {
            setbacks.put(
                    setback,
                    Counter.builder("mindful.projection.setbacks")
                            .description("failures after which the loop reads records again, by kind")
                            .tag("loop", loop)
                            .tag("kind", setback.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
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
            deadLetters
                    .computeIfAbsent(dead.record().topic(), this::deadLetters)
                    .increment();
        }
    }

    /** @param oldestMs timestamp of the oldest record */
    void batch(Duration took, long oldestMs) {
        transactions.record(took);
        ages.record(Math.max(0, System.currentTimeMillis() - oldestMs), TimeUnit.MILLISECONDS);
    }

    void setback(Setback setback) {
        Objects.requireNonNull(setbacks.get(setback)).increment();
    }

    /** Shows whether the loop follows its topics; a rebuild reads to an end. */
    LoopMetrics showFollowing() {
        gauges.add(Gauge.builder("mindful.projection.following", this, self -> self.isFollowing ? 1 : 0)
                .description("1 while the loop has its partitions and nothing fails")
                .tag("loop", loop)
                .register(registry));
        return this;
    }

    void following(boolean following) {
        isFollowing = following;
    }

    /** Not by loop: a record is rejected once, by the loop that reads its topic. */
    private Counter deadLetters(String topic) {
        return Counter.builder("mindful.projection.dead.letters")
                .description("records that were rejected and stored as dead letters")
                .tag("topic", topic)
                .register(registry);
    }

    /** Kinds of failures; {@code LOST} are records that Kafka no longer has. */
    enum Setback {
        CONSUMER,
        POSITION,
        REPAIR,
        APPLY,
        FENCED,
        LOST
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
