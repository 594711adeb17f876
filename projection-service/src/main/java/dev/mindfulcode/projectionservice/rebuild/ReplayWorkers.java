package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.LoopMetrics;
import dev.mindfulcode.projectionservice.loop.Replay;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that replay a build's partitions up to movable limits, each thread its own partitions. They pause to stay
 * within the build's share of time, unless unthrottled: live updates wait for the last records before a cut-over.
 */
final class ReplayWorkers implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplayWorkers.class);
    private static final long IDLE_DELAY_MS = 5;
    private static final long THROTTLE_DELAY_MAX_MS = 2_000;
    private static final long RETRY_DELAY_MS = 1_000;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final RebuildSettings settings;
    private final Build build;
    private final Projection projection;
    private final LoopMetrics metrics;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    private final LongAdder records = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private volatile Map<TopicPartition, Long> limits;
    private volatile boolean isUnthrottled;
    private final CountDownLatch stopping = new CountDownLatch(1);

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

    void setLimits(Map<TopicPartition, Long> offsets) {
        limits = offsets;
    }

    void setUnthrottled(boolean unthrottled) {
        isUnthrottled = unthrottled;
    }

    /** Returns the next offsets of all partitions that were started. */
    Map<TopicPartition, Long> positions() {
        return new HashMap<>(positions);
    }

    /** Returns how many records were applied. */
    long records() {
        return records.sum();
    }

    long rejected() {
        return rejected.sum();
    }

    /**
     * Stops after each thread's current transaction. Threads are interrupted only after a timeout: a consumer that is
     * closed while interrupted fails to close.
     */
    @Override
    public void close() {
        stopping.countDown();
        boolean isInterrupted = false;
        for (Thread thread : threads) {
            try {
                if (!thread.join(STOP_TIMEOUT)) {
                    thread.interrupt();
                }
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void work(Set<TopicPartition> own) {
        while (!isStopping()) {
            try (Replay replay = new Replay(
                    settings.kafka(),
                    settings.registry(),
                    settings.database(),
                    settings.keys(),
                    projection,
                    build.stagingTables(),
                    own,
                    metrics)) {
                read(replay);
            } catch (SQLException | RuntimeException e) {
                if (!isStopping()) {
                    log.warn("Rebuild failed to read; retrying in {} ms: build={}", RETRY_DELAY_MS, build, e);
                    pause(RETRY_DELAY_MS);
                }
            }
        }
    }

    private void read(Replay replay) throws SQLException {
        long rejectedBefore = 0;
        while (!isStopping()) {
            long startNs = System.nanoTime();
            int applied = replay.step(limits);
            records.add(applied);
            rejected.add(replay.rejected() - rejectedBefore);
            rejectedBefore = replay.rejected();
            positions.putAll(replay.positions());
            if (applied == 0) {
                pause(IDLE_DELAY_MS);
            } else if (!isUnthrottled) {
                long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                int share = build.order().sharePercent();
                pause(Math.min(THROTTLE_DELAY_MAX_MS, tookMs * (100 - share) / share));
            }
        }
    }

    /** Waits, but not beyond {@link #close()}. */
    private void pause(long ms) {
        try {
            boolean _ = stopping.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
