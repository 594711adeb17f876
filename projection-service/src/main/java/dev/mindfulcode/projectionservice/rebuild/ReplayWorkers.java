package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.LoopMetrics;
import dev.mindfulcode.projectionservice.loop.Replay;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that read a build's partitions, each its own ones and up to limits that whoever leads them moves on. They
 * rest so much of the time that they keep to their share, unless they are told to hurry: the last few records hold up
 * what is live.
 */
final class ReplayWorkers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayWorkers.class);
    private static final long IDLE_MS = 5;
    private static final long REST_MS_MAX = 2_000;
    private static final long FAILED_MS = 1_000;
    private static final long STOP_MS_MAX = 10_000;

    private final RebuildSettings settings;
    private final Build build;
    private final Projection projection;
    private final LoopMetrics metrics;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final LongAdder records = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private volatile Map<TopicPartition, Long> limits;
    private volatile boolean isHurrying;
    private volatile boolean isStopping;

    ReplayWorkers(
            RebuildSettings settings,
            Build build,
            Projection projection,
            Map<TopicPartition, Long> limits,
            LoopMetrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
        this.build = build;
        this.projection = projection;
        this.limits = limits;
        int partitions = limits.keySet().stream()
                .mapToInt(partition -> partition.partition() + 1)
                .max()
                .orElse(0);
        int count = Math.min(
                partitions,
                Math.min(RebuildSettings.THREADS_MAX, Runtime.getRuntime().availableProcessors()));
        for (int i = 0; i < count; i++) {
            int remainder = i;
            Set<TopicPartition> own = limits.keySet().stream()
                    .filter(partition -> partition.partition() % count == remainder)
                    .collect(Collectors.toSet());
            threads.add(Thread.ofPlatform()
                    .name("rebuild-" + build.projection() + "-" + i)
                    .start(() -> work(own)));
        }
    }

    /** Lets them go on to there. */
    void setLimits(Map<TopicPartition, Long> offsets) {
        limits = offsets;
    }

    void setUnthrottled(boolean isWanted) {
        isHurrying = isWanted;
    }

    /** Returns the next offsets, without partitions that nobody has begun with. */
    Map<TopicPartition, Long> positions() {
        return new HashMap<>(positions);
    }

    /** Returns how many records they have applied by now. */
    long records() {
        return records.sum();
    }

    long rejected() {
        return rejected.sum();
    }

    /** Lets each finish its transaction. */
    @Override
    public void close() {
        isStopping = true;
        boolean isInterrupted = false;
        for (Thread thread : threads) {
            thread.interrupt();
            try {
                thread.join(STOP_MS_MAX);
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Set<TopicPartition> own) {
        while (!isStopping) {
            try (Replay replay = new Replay(
                    settings.bootstrapServers(),
                    settings.registry(),
                    settings.database(),
                    settings.keys(),
                    projection,
                    build.stagingTables(),
                    own,
                    metrics)) {
                read(replay);
            } catch (SQLException | RuntimeException e) {
                if (!isStopping) {
                    LOG.warn("{}: reading failed, trying again in {} ms", build, FAILED_MS, e);
                    rest(FAILED_MS);
                }
            }
        }
    }

    private void read(Replay replay) throws SQLException {
        long rejectedBefore = 0;
        while (!isStopping) {
            long begunNs = System.nanoTime();
            int applied = replay.step(limits);
            records.add(applied);
            rejected.add(replay.rejected() - rejectedBefore);
            rejectedBefore = replay.rejected();
            positions.putAll(replay.positions());
            if (applied == 0) {
                rest(IDLE_MS);
            } else if (!isHurrying) {
                long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNs);
                int share = build.order().sharePercent();
                rest(Math.min(REST_MS_MAX, tookMs * (100 - share) / share));
            }
        }
    }

    private void rest(long ms) {
        if (ms > 0 && !isStopping) {
            try {
                TimeUnit.MILLISECONDS.sleep(ms);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
