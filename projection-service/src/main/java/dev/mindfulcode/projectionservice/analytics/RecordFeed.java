package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.PluginRecord;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.pluginhost.PluginRecord.KeystrokeIntervals;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Converts a user's batches and session events to the records that a plugin imports, within the requested time range.
 * Not thread-safe.
 */
final class RecordFeed {

    private final ZoneId zone;
    private final Set<Capability> imports;
    private final long fromMs;
    private final long toMs;
    private final @Nullable FlowAnalyzer analyzer;

    RecordFeed(ZoneId zone, Set<Capability> imports, long fromMs, long toMs) {
        this.zone = zone;
        this.imports = imports;
        this.fromMs = fromMs;
        this.toMs = toMs;
        this.analyzer = imports.contains(Capability.FLOW_ANALYSIS) ? new FlowAnalyzer(zone) : null;
    }

    /** @param latestMs upper bound of event times */
    void batch(UUID sessionId, long sequence, long startedAtMs, long latestMs, KeystrokePayload payload, RunFold fold)
            throws RunEndedException {
        advanceTime(startedAtMs, fold);
        deliver(
                timeInRange(startedAtMs, payload),
                new KeystrokeIntervals(
                        sessionId,
                        (int) Math.min(sequence, Integer.MAX_VALUE),
                        startedAtMs,
                        FlowAnalyzer.offsetMinutes(zone, startedAtMs),
                        payload.intervalsMs(),
                        payload.dwellsMs(),
                        payload.keyClasses(),
                        new PluginRecord.Signals(payload.signalAtMs(), payload.signalValues(), payload.signalKinds())),
                fold);
        if (analyzer != null) {
            List<FlowAnalysis> analyses = new ArrayList<>();
            analyzer.batch(sessionId, startedAtMs, latestMs, payload, analyses::add);
            deliver(analyses, fold);
        }
    }

    /**
     * Returns the time of a batch; a batch that starts before the requested range and ends within it counts at the
     * start.
     */
    private long timeInRange(long startedAtMs, KeystrokePayload payload) {
        long endMs = startedAtMs;
        for (int intervalMs : payload.intervalsMs()) {
            endMs += intervalMs;
        }
        return startedAtMs < fromMs && endMs >= fromMs ? fromMs : startedAtMs;
    }

    void sessionEvent(SessionEvent event, RunFold fold) throws RunEndedException {
        long atMs = event.getAt().toEpochMilli();
        advanceTime(atMs, fold);
        deliver(
                atMs,
                new PluginRecord.SessionEvent(
                        event.getSessionId(),
                        atMs,
                        FlowAnalyzer.offsetMinutes(zone, atMs),
                        event.getKind().ordinal(),
                        millis(event.getStartedAt()),
                        millis(event.getEndedAt())),
                fold);
        Instant endedAt = event.getKind() == SessionEventKind.ENDED ? event.getAt() : event.getEndedAt();
        if (analyzer != null && endedAt != null) {
            List<FlowAnalysis> analyses = new ArrayList<>();
            analyzer.end(event.getSessionId(), endedAt.toEpochMilli(), analyses::add);
            deliver(analyses, fold);
        }
    }

    /** Ends sessions that were silent until this time. */
    void advanceTime(long atMs, RunFold fold) throws RunEndedException {
        if (analyzer != null) {
            List<FlowAnalysis> analyses = new ArrayList<>();
            analyzer.advanceTime(atMs, analyses::add);
            deliver(analyses, fold);
        }
    }

    private void deliver(List<FlowAnalysis> analyses, RunFold fold) throws RunEndedException {
        for (FlowAnalysis analysis : analyses) {
            deliver(analysis.atMs(), analysis, fold);
        }
    }

    private void deliver(long atMs, PluginRecord record, RunFold fold) throws RunEndedException {
        if (atMs >= fromMs && atMs < toMs && imports.contains(record.capability())) {
            fold.add(record, atMs);
        }
    }

    private static long millis(@Nullable Instant at) {
        return at == null ? PluginRecord.NOT_GIVEN_MS : at.toEpochMilli();
    }
}
