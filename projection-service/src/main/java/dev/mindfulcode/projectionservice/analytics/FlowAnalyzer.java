package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine's readings of one user's history, made again from the keystrokes: one reading a batch, and one where a
 * session falls silent or ends, as flow-stream tells them; by the built-in model and with the usual sensitivity, so
 * that all of history is read alike, whatever model judged at the time. Not thread-safe.
 */
final class FlowAnalyzer {

    /** Sessions at once, and such as may still get late batches. */
    private static final int SESSIONS_MAX = 64;

    private static final int DWELL_UNKNOWN = -1;
    private static final long NEVER_MS = Long.MAX_VALUE;

    private final ZoneId zone;
    private final SessionState engine = new SessionState();
    private final FlowReading reading = new FlowReading();
    private final Map<UUID, TrackedSession> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, TrackedSession> eldest) {
            return size() > SESSIONS_MAX;
        }
    };
    private byte @Nullable [] latest;

    FlowAnalyzer(ZoneId zone) {
        this.zone = zone;
    }

    private static final class TrackedSession {
        final byte[] state;
        /** When silence will have changed the status next. */
        long dueMs = NEVER_MS;

        TrackedSession(byte[] state) {
            this.state = state;
        }
    }

    /** Lets sessions pause and end that were silent until then, in the order of time. */
    void advanceTime(long atMs, Consumer<FlowAnalysis> told) {
        while (true) {
            UUID next = null;
            long dueMs = atMs;
            for (Map.Entry<UUID, TrackedSession> each : sessions.entrySet()) {
                if (each.getValue().dueMs <= dueMs) {
                    next = each.getKey();
                    dueMs = each.getValue().dueMs;
                }
            }
            if (next == null) {
                return;
            }
            TrackedSession session = sessions.get(next);
            if (session == null) {
                return;
            }
            engine.wrap(session.state).tick(dueMs);
            session.dueMs = dueMs();
            told.accept(tell(next, dueMs));
        }
    }

    /** @param latestMs no event is later than this, whatever its batch says */
    void batch(UUID sessionId, long startedAtMs, long latestMs, KeystrokePayload payload, Consumer<FlowAnalysis> told) {
        TrackedSession session = session(sessionId);
        engine.wrap(session.state);
        int[] intervalsMs = payload.intervalsMs();
        int[] signalAtMs = payload.signalAtMs();
        int signal = 0;
        long sinceStartMs = 0;
        for (int key = 0; key < intervalsMs.length; key++) {
            sinceStartMs += intervalsMs[key];
            for (; signal < signalAtMs.length && signalAtMs[signal] <= sinceStartMs; signal++) {
                signal(startedAtMs, latestMs, payload, signal);
            }
            int code = payload.keyClasses()[key];
            engine.keystroke(
                    Math.min(startedAtMs + sinceStartMs, latestMs),
                    intervalsMs[key],
                    KeyClass.ofCode(code) == null ? KeyClass.OTHER.code() : code,
                    payload.dwellsMs().length == 0 ? DWELL_UNKNOWN : payload.dwellsMs()[key]);
        }
        for (; signal < signalAtMs.length; signal++) {
            signal(startedAtMs, latestMs, payload, signal);
        }
        session.dueMs = dueMs();
        told.accept(tell(sessionId, engine.lastActivityAtMs()));
    }

    /** Ends a session as its user said; nothing where nothing was typed in it. */
    void end(UUID sessionId, long atMs, Consumer<FlowAnalysis> told) {
        TrackedSession session = sessions.get(sessionId);
        if (session != null) {
            engine.wrap(session.state).end(atMs);
            session.dueMs = NEVER_MS;
            told.accept(tell(sessionId, Math.max(atMs, engine.lastActivityAtMs())));
        }
    }

    private TrackedSession session(UUID sessionId) {
        TrackedSession known = sessions.get(sessionId);
        if (known != null) {
            return known;
        }
        byte[] before = latest;
        TrackedSession begun =
                new TrackedSession(before == null ? SessionState.fresh() : SessionState.freshAfter(before));
        latest = begun.state;
        sessions.put(sessionId, begun);
        return begun;
    }

    private void signal(long startedAtMs, long latestMs, KeystrokePayload payload, int signal) {
        int kind = payload.signalKinds()[signal];
        if (SignalKind.ofCode(kind) != null) {
            long atMs = startedAtMs + Math.max(payload.signalAtMs()[signal], 0);
            engine.signal(Math.min(atMs, latestMs), kind, payload.signalValues()[signal]);
        }
    }

    private long dueMs() {
        return switch (engine.status()) {
            case ACTIVE -> engine.lastActivityAtMs() + SessionState.PAUSE_TIMEOUT_MS;
            case PAUSED -> engine.lastActivityAtMs() + SessionState.END_TIMEOUT_MS;
            case ENDED -> NEVER_MS;
        };
    }

    private FlowAnalysis tell(UUID sessionId, long atMs) {
        engine.read(reading);
        return new FlowAnalysis(
                sessionId,
                atMs,
                offsetMinutes(zone, atMs),
                code(engine.status()),
                reading.inFlow(),
                new FlowAnalysis.Features(
                        reading.intensity(),
                        reading.confidence(),
                        reading.rhythm(),
                        reading.focus(),
                        reading.consistency(),
                        reading.errorPenalty(),
                        reading.velocity()),
                reading.flowDurationMs(),
                new FlowAnalysis.Totals(
                        engine.keystrokes(),
                        engine.errors(),
                        engine.contextSwitches(),
                        engine.activeMs(),
                        engine.flowMs(),
                        engine.intensityMs(),
                        engine.interruptions()));
    }

    private static int code(ActivityStatus status) {
        return switch (status) {
            case ACTIVE -> 1;
            case PAUSED -> 2;
            case ENDED -> 3;
        };
    }

    static int offsetMinutes(ZoneId zone, long atMs) {
        return zone.getRules().getOffset(Instant.ofEpochMilli(atMs)).getTotalSeconds() / 60;
    }
}
