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
 * Works on one run, in steps of bounded length, each on whichever thread is free. What goes wrong on our side starts
 * the run over: a guest that may have missed something is no good, and everything can be folded again.
 *
 * <p>Until all that was there has been folded nothing of it is written, and what an earlier fold found stays up; then
 * the new rows take its place in one transaction. From there on each step's rows are written with the positions that
 * they are made of.
 */
final class RunTask {

    private static final Logger LOG = LoggerFactory.getLogger(RunTask.class);

    private static final long STEP_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LIVE_LOOKED_AT_EVERY = Duration.ofSeconds(1);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(3);

    /** A deletion makes everything be folded anew, but several that come together only once. */
    private static final long STARTED_OVER_EVERY_MS = 10_000;

    static final int FAILURES_IN_ROW_MAX = 3;

    private final RunTables tables;
    private final PluginHost host;
    private final Histories histories;
    private final Clock clock;
    private final UUID runId;
    private final int generation;
    private volatile RunSpec wanted;
    private volatile boolean isAbandoned;

    private long version;
    private @Nullable RunFold fold;
    private @Nullable RecordSource history;
    private Set<Capability> imports = Set.of();
    private boolean isLive;
    private boolean outdated;
    private long startedAtMs;
    private long recordsWritten;

    RunTask(RunTables tables, PluginHost host, Histories histories, Clock clock, RunSpec wanted, long version) {
        this.tables = tables;
        this.host = host;
        this.histories = histories;
        this.clock = clock;
        this.wanted = wanted;
        this.runId = wanted.runId();
        this.generation = wanted.generation();
        this.version = version;
    }

    /** Opens where a run's records come from. */
    @FunctionalInterface
    interface Histories {
        RecordSource open(RunSpec wanted, Set<Capability> imports);
    }

    UUID runId() {
        return runId;
    }

    int generation() {
        return generation;
    }

    /** Tells what is wanted of it now. */
    void update(RunSpec now) {
        wanted = now;
    }

    /** It is somebody else's, or nobody's. */
    void abandon() {
        isAbandoned = true;
    }

    /** Works for a while. Returns in how long to come again, or null where there is nothing more to do. */
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
            LOG.warn("Run {}: the database does not take it ({}); trying again", runId, e.getSQLState());
            return AFTER_TROUBLE;
        } catch (RuntimeException e) {
            LOG.warn("Run {} starts over", runId, e);
            close();
            return AFTER_TROUBLE;
        }
    }

    private @Nullable Duration work(Consumer<byte @Nullable [], byte @Nullable []> consumer)
            throws RunEndedException, LeaseLostException, SQLException {
        requireAllowed();
        RunFold folding = fold;
        RecordSource reading = history;
        if (folding == null || reading == null) {
            if (!begin()) {
                return LIVE_LOOKED_AT_EVERY;
            }
            return AT_ONCE;
        }
        if (outdated) {
            if (clock.millis() - startedAtMs < STARTED_OVER_EVERY_MS) {
                return LIVE_LOOKED_AT_EVERY;
            }
            close();
            return AT_ONCE;
        }
        RecordSource.ReadState stand = reading.advance(consumer, folding, System.nanoTime() + STEP_NANOS_MAX);
        switch (stand) {
            case BEHIND -> {
                if (isLive) {
                    folding.finish();
                }
                write(isLive ? RunStatus.LIVE : RunStatus.REPLAYING, folding, reading, isLive);
                return AT_ONCE;
            }
            case OUTDATED -> {
                outdated = true;
                return LIVE_LOOKED_AT_EVERY;
            }
            case CAUGHT_UP -> {
                long nowMs = clock.millis();
                reading.advanceTime(folding, nowMs);
                boolean isOver = wanted.to() != null && wanted.to().toEpochMilli() <= nowMs;
                if (!isLive || isOver || !folding.isAllWritten() || folding.records() != recordsWritten) {
                    folding.finish();
                    write(isOver ? RunStatus.FINISHED : RunStatus.LIVE, folding, reading, true);
                    if (!isLive) {
                        forgive();
                    }
                    isLive = true;
                }
                if (isOver) {
                    close();
                    return null;
                }
                return LIVE_LOOKED_AT_EVERY;
            }
        }
        throw new IllegalStateException(stand.toString());
    }

    private void requireAllowed() throws RunEndedException {
        RunSpec now = wanted;
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

    /** Returns false where as many guests as may be are there already. */
    private boolean begin() throws RunEndedException, LeaseLostException, SQLException {
        RunSpec now = wanted;
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
                    "Its plugin failed " + granted.failuresInRow() + " times in a row: grant it anew to try again");
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
                    now.zone());
        } catch (IllegalStateException e) {
            return false;
        }
        history = histories.open(now, imports);
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
        version = tables.advance(wanted, version, progress, withRows ? folding.results(!isLive) : null);
        if (withRows) {
            folding.written();
            recordsWritten = folding.records();
        }
    }

    private void forgive() throws SQLException {
        RunSpec.Granted plugin = wanted.plugin();
        if (plugin != null) {
            tables.resetFailures(plugin.pluginId(), wanted.userId());
        }
    }

    private @Nullable Duration end(RunEndedException e) {
        RunFold folding = fold;
        RecordSource reading = history;
        RunTables.RunProgress progress = new RunTables.RunProgress(
                e.status,
                e.reason(),
                reading == null ? 0 : reading.scanned(),
                reading == null ? 0 : reading.total(),
                folding == null ? 0 : folding.records(),
                reading == null ? "{}" : reading.positions());
        try {
            if (e.status == RunStatus.FAILED) {
                tables.fail(wanted, version, progress);
            } else {
                tables.advance(wanted, version, progress, null);
            }
        } catch (SQLException failed) {
            LOG.warn("Run {}: its end cannot be written ({}); trying again", runId, failed.getSQLState());
            close();
            return AFTER_TROUBLE;
        } catch (LeaseLostException lost) {
            // Whoever has it tells.
        }
        close();
        return null;
    }

    private void close() {
        RunFold closing = fold;
        fold = null;
        history = null;
        if (closing != null) {
            closing.close();
        }
    }
}
