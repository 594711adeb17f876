package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on one run, in steps of bounded length on any worker thread. A failure of the service restarts the run: a
 * guest may have missed records, and everything can be folded again.
 *
 * <p>Until the existing history has been folded, nothing is written and the results of an earlier fold stay visible;
 * then the new rows replace them in one transaction. From then on each step's rows are written with their positions.
 */
final class RunTask {

    private static final Logger log = LoggerFactory.getLogger(RunTask.class);

    private static final long STEP_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration NO_DELAY = Duration.ZERO;
    private static final Duration LIVE_POLL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(3);

    /** Several deletions within this time cause one restart. */
    private static final long RESTART_INTERVAL_MS = 10_000;

    static final int FAILURES_IN_ROW_MAX = 3;

    private final RunTables tables;
    private final PluginHost host;
    private final Sources sources;
    private final Clock clock;
    private final PluginMetrics metrics;
    private final UUID runId;
    private final int generation;
    private volatile RunSpec spec;
    private volatile boolean isAbandoned;

    private long version;
    private @Nullable RunFold fold;
    private @Nullable RecordSource source;
    private Set<Capability> imports = Set.of();
    private boolean isLive;
    private boolean outdated;
    private long startedAtMs;
    private long recordsWritten;

    RunTask(
            RunTables tables,
            PluginHost host,
            Sources sources,
            Clock clock,
            PluginMetrics metrics,
            RunSpec spec,
            long version) {
        this.tables = tables;
        this.host = host;
        this.sources = sources;
        this.clock = clock;
        this.metrics = metrics;
        this.spec = spec;
        this.runId = spec.runId();
        this.generation = spec.generation();
        this.version = version;
    }

    /** Opens the record source of a run. */
    @FunctionalInterface
    interface Sources {
        RecordSource open(RunSpec spec, Set<Capability> imports);
    }

    UUID runId() {
        return runId;
    }

    int generation() {
        return generation;
    }

    UUID userId() {
        return spec.userId();
    }

    void update(RunSpec now) {
        spec = now;
    }

    /** Ends the task without writing: another service has the lease, or the run was deleted. */
    void abandon() {
        isAbandoned = true;
    }

    /** Works for a bounded time. Returns the delay until the next step, or null if the run is over. */
    @Nullable
    Duration step(Consumer<byte @Nullable [], byte @Nullable []> consumer) {
        if (isAbandoned) {
            close();
            return null;
        }
        try {
            return work(consumer);
        } catch (RunEndedException e) {
            return end(e);
        } catch (LeaseLostException e) {
            close();
            return null;
        } catch (SQLException e) {
            log.warn("Database unavailable; retrying in {}: run={}, sqlstate={}", RETRY_DELAY, runId, e.getSQLState());
            return RETRY_DELAY;
        } catch (RuntimeException e) {
            log.warn("Plugin run failed; restarting it in {}: run={}", RETRY_DELAY, runId, e);
            close();
            return RETRY_DELAY;
        }
    }

    private @Nullable Duration work(Consumer<byte @Nullable [], byte @Nullable []> consumer)
            throws RunEndedException, LeaseLostException, SQLException {
        requireAllowed();
        RunFold folding = fold;
        RecordSource reading = source;
        if (folding == null || reading == null) {
            if (!begin()) {
                return LIVE_POLL_INTERVAL;
            }
            return NO_DELAY;
        }
        if (outdated) {
            if (clock.millis() - startedAtMs < RESTART_INTERVAL_MS) {
                return LIVE_POLL_INTERVAL;
            }
            close();
            return NO_DELAY;
        }
        RecordSource.ReadState state = reading.advance(consumer, folding, System.nanoTime() + STEP_TIMEOUT_NANOS);
        switch (state) {
            case BEHIND -> {
                if (isLive) {
                    folding.finish();
                }
                write(isLive ? RunStatus.LIVE : RunStatus.REPLAYING, folding, reading, isLive);
                return NO_DELAY;
            }
            case OUTDATED -> {
                outdated = true;
                return LIVE_POLL_INTERVAL;
            }
            case CAUGHT_UP -> {
                long nowMs = clock.millis();
                reading.advanceTime(folding, nowMs);
                boolean isOver = spec.to() != null && spec.to().toEpochMilli() <= nowMs;
                if (!isLive || isOver || !folding.isAllWritten() || folding.records() != recordsWritten) {
                    folding.finish();
                    write(isOver ? RunStatus.FINISHED : RunStatus.LIVE, folding, reading, true);
                    if (!isLive) {
                        resetFailures();
                    }
                    isLive = true;
                }
                if (isOver) {
                    close();
                    return null;
                }
                return LIVE_POLL_INTERVAL;
            }
        }
        throw new IllegalStateException(state.toString());
    }

    private void requireAllowed() throws RunEndedException {
        RunSpec now = spec;
        RunSpec.Granted plugin = now.plugin();
        if (now.isCancelled()) {
            throw new RunEndedException(RunStatus.STOPPED, "It was cancelled");
        }
        if (plugin == null) {
            throw new RunEndedException(RunStatus.STOPPED, "Its plugin was removed");
        }
        for (Capability capability : imports) {
            if (!plugin.capabilities().contains(capability)) {
                throw new RunEndedException(
                        RunStatus.STOPPED, capability.externalName() + " is no longer granted to its plugin");
            }
        }
    }

    /** Returns false if all guests are in use. */
    private boolean begin() throws RunEndedException, LeaseLostException, SQLException {
        RunSpec now = spec;
        RunSpec.Granted granted = now.plugin();
        if (granted == null) {
            throw new RunEndedException(RunStatus.STOPPED, "Its plugin was removed");
        }
        if (granted.capabilities().isEmpty()) {
            throw new RunEndedException(RunStatus.STOPPED, "Nothing is granted to its plugin");
        }
        if (granted.failuresInRow() >= FAILURES_IN_ROW_MAX) {
            throw new RunEndedException(
                    RunStatus.STOPPED,
                    "Its plugin failed " + granted.failuresInRow()
                            + " times in a row; grant its capabilities again to retry");
        }
        byte[] module = tables.module(granted.moduleSha256());
        if (module == null) {
            throw new RunEndedException(RunStatus.STOPPED, "Its plugin was removed");
        }
        Plugin plugin;
        try {
            Manifest manifest = Manifest.parse(granted.manifest().getBytes(StandardCharsets.UTF_8));
            plugin = host.load(manifest, module, granted.capabilities());
        } catch (PluginRefusedException e) {
            throw new RunEndedException(RunStatus.FAILED, String.valueOf(e.getMessage()));
        }
        imports = plugin.imports();
        try {
            fold = new RunFold(
                    plugin.open(
                            now.from() == null ? Long.MIN_VALUE : now.from().toEpochMilli(),
                            now.to() == null ? Long.MAX_VALUE : now.to().toEpochMilli()),
                    plugin.manifest().window(),
                    now.zone(),
                    metrics);
        } catch (IllegalStateException e) {
            return false;
        }
        source = sources.open(now, imports);
        startedAtMs = clock.millis();
        recordsWritten = 0;
        isLive = false;
        outdated = false;
        return true;
    }

    private void write(RunStatus status, RunFold folding, RecordSource reading, boolean withRows)
            throws SQLException, LeaseLostException {
        RunTables.RunProgress progress = new RunTables.RunProgress(
                status, null, reading.scanned(), reading.total(), folding.records(), reading.positions());
        version = tables.advance(spec, version, progress, withRows ? folding.results(!isLive) : null);
        if (withRows) {
            folding.written();
            recordsWritten = folding.records();
        }
    }

    private void resetFailures() throws SQLException {
        RunSpec.Granted plugin = spec.plugin();
        if (plugin != null) {
            tables.resetFailures(plugin.pluginId(), spec.userId());
        }
    }

    private @Nullable Duration end(RunEndedException e) {
        RunFold folding = fold;
        RecordSource reading = source;
        RunTables.RunProgress progress = new RunTables.RunProgress(
                e.status,
                e.reason(),
                reading == null ? 0 : reading.scanned(),
                reading == null ? 0 : reading.total(),
                folding == null ? 0 : folding.records(),
                reading == null ? "{}" : reading.positions());
        try {
            if (e.status == RunStatus.FAILED) {
                tables.fail(spec, version, progress);
            } else {
                tables.advance(spec, version, progress, null);
            }
        } catch (SQLException failed) {
            log.warn(
                    "Cannot store the end of a plugin run; retrying in {}: run={}, sqlstate={}",
                    RETRY_DELAY,
                    runId,
                    failed.getSQLState());
            close();
            return RETRY_DELAY;
        } catch (LeaseLostException lost) {
            // The new lease holder stores the end.
        }
        close();
        return null;
    }

    private void close() {
        RunFold closing = fold;
        RecordSource reading = source;
        fold = null;
        source = null;
        if (closing != null) {
            closing.close();
        }
        if (reading != null) {
            reading.close();
        }
    }
}
