package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes the engine's readings of one user's history from keystrokes: one reading per batch, and one when a session
 * pauses or ends, as flow-stream emits them. Always uses the built-in model and the default sensitivity, so that all of
 * history is comparable. Not thread-safe.
 */
final class FlowAnalyzer {

    /** Concurrent sessions, including those that may still receive late batches. */
    private static final int SESSIONS_MAX = 64;

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
    private final KeystrokePayload.EventVisitor events = new KeystrokePayload.EventVisitor() {
        @Override
        public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
            engine.keystroke(atMs, intervalMs, keyClassCode, dwellMs);
        }

        @Override
        public void signal(long atMs, int kindCode, int value) {
            engine.signal(atMs, kindCode, value);
        }
    };
    private byte @Nullable [] latest;

    FlowAnalyzer(ZoneId zone) {
        this.zone = zone;
    }

    private static final class TrackedSession {
        final byte[] state;
        /** When silence changes the status next. */
        long dueMs = NEVER_MS;

        TrackedSession(byte[] state) {
            this.state = state;
        }
    }

    /** Pauses and ends sessions that were silent until this time, in order of time. */
    void advanceTime(long atMs, Consumer<FlowAnalysis> output) {
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
            output.accept(analysis(next, dueMs));
        }
    }

    /** @param latestMs upper bound of event times */
    void batch(
            UUID sessionId, long startedAtMs, long latestMs, KeystrokePayload payload, Consumer<FlowAnalysis> output) {
        TrackedSession session = session(sessionId);
        engine.wrap(session.state);
        payload.forEachEvent(startedAtMs, latestMs, events);
        session.dueMs = dueMs();
        output.accept(analysis(sessionId, engine.lastActivityAtMs()));
    }

    /** Ends a session at the user's request, if something was typed in it. */
    void end(UUID sessionId, long atMs, Consumer<FlowAnalysis> output) {
        TrackedSession session = sessions.get(sessionId);
        if (session != null) {
            engine.wrap(session.state).end(atMs);
            session.dueMs = NEVER_MS;
            output.accept(analysis(sessionId, Math.max(atMs, engine.lastActivityAtMs())));
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

    private long dueMs() {
        return switch (engine.status()) {
            case ACTIVE -> engine.lastActivityAtMs() + SessionState.PAUSE_TIMEOUT_MS;
            case PAUSED -> engine.lastActivityAtMs() + SessionState.END_TIMEOUT_MS;
            case ENDED -> NEVER_MS;
        };
    }

    private FlowAnalysis analysis(UUID sessionId, long atMs) {
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
