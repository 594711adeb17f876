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
 * Makes of what a user typed and said the records that a plugin imports, within the time that was asked for. Not
 * thread-safe.
 */
final class RecordFeed {

    private final ZoneId zone;
    private final Set<Capability> imports;
    private final long fromMs;
    private final long toMs;
    private final @Nullable FlowAnalyzer readings;

    RecordFeed(ZoneId zone, Set<Capability> imports, long fromMs, long toMs) {
        this.zone = zone;
        this.imports = imports;
        this.fromMs = fromMs;
        this.toMs = toMs;
        this.readings = imports.contains(Capability.FLOW_ANALYSIS) ? new FlowAnalyzer(zone) : null;
    }

    /** @param latestMs no event is later than this, whatever the batch says */
    void batch(UUID sessionId, long sequence, long startedAtMs, long latestMs, KeystrokePayload payload, RunFold fold)
            throws RunEndedException {
        advanceTime(startedAtMs, fold);
        give(
                reachesInto(startedAtMs, payload),
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
        if (readings != null) {
            List<FlowAnalysis> told = new ArrayList<>();
            readings.batch(sessionId, startedAtMs, latestMs, payload, told::add);
            give(told, fold);
        }
    }

    /** A batch that began before the time that was asked for and ends within it counts at its beginning. */
    private long reachesInto(long startedAtMs, KeystrokePayload payload) {
        long endMs = startedAtMs;
        for (int intervalMs : payload.intervalsMs()) {
            endMs += intervalMs;
        }
        return startedAtMs < fromMs && endMs >= fromMs ? fromMs : startedAtMs;
    }

    void sessionEvent(SessionEvent event, RunFold fold) throws RunEndedException {
        long atMs = event.getAt().toEpochMilli();
        advanceTime(atMs, fold);
        give(
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
        if (readings != null && endedAt != null) {
            List<FlowAnalysis> told = new ArrayList<>();
            readings.end(event.getSessionId(), endedAt.toEpochMilli(), told::add);
            give(told, fold);
        }
    }

    /** Says that nothing happened until then but what was given. */
    void advanceTime(long atMs, RunFold fold) throws RunEndedException {
        if (readings != null) {
            List<FlowAnalysis> told = new ArrayList<>();
            readings.advanceTime(atMs, told::add);
            give(told, fold);
        }
    }

    private void give(List<FlowAnalysis> told, RunFold fold) throws RunEndedException {
        for (FlowAnalysis reading : told) {
            give(reading.atMs(), reading, fold);
        }
    }

    private void give(long atMs, PluginRecord record, RunFold fold) throws RunEndedException {
        if (atMs >= fromMs && atMs < toMs && imports.contains(record.capability())) {
            fold.add(record, atMs);
        }
    }

    private static long millis(@Nullable Instant at) {
        return at == null ? PluginRecord.NOT_GIVEN_MS : at.toEpochMilli();
    }
}
