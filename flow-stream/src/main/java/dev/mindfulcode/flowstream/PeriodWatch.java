package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.FlowReading;
import dev.mindfulcode.engine.SessionState;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Collects the flow periods that open and close while a session is being changed. Reusable, not thread-safe. */
final class PeriodWatch {

    private static final long OPENED_VERSION = 1;
    private static final long CLOSED_VERSION = 2;

    private final FlowReading reading = new FlowReading();
    private final List<FlowPeriod> changes = new ArrayList<>();

    void begin() {
        changes.clear();
    }

    List<FlowPeriod> changes() {
        return changes;
    }

    /** Compares what the engine says with what is known; to be called after each event, as a period may be shorter than a batch. */
    void look(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        if (engine.isInFlow() == session.isPeriodOpen()) {
            return;
        }
        if (engine.isInFlow()) {
            session.openPeriod();
            changes.add(period(sessionId, session, OPENED_VERSION));
        } else {
            FlowPeriod closed = period(sessionId, session, CLOSED_VERSION);
            closed.setEndedAt(Instant.ofEpochMilli(engine.flowEndedAtMs()));
            closed.setEndedBy(endedBy(engine));
            changes.add(closed);
            session.closePeriod();
        }
    }

    private FlowPeriod period(UUID sessionId, TrackedSession session, long version) {
        session.engine().read(reading);
        FlowPeriod period = new FlowPeriod();
        period.setSessionId(sessionId);
        period.setStartedAt(Instant.ofEpochMilli(session.engine().flowStartedAtMs()));
        period.setVersion(version);
        period.setMeanIntensity((float) session.periodMeanIntensity(reading.intensity()));
        period.setKeystrokes(session.periodKeystrokes());
        return period;
    }

    private static Interruption endedBy(SessionState engine) {
        return switch (engine.flowEndedBy()) {
            case UNKNOWN -> Interruption.UNKNOWN;
            case IDLE -> Interruption.IDLE;
            case CONTEXT_SWITCH -> Interruption.CONTEXT_SWITCH;
            case ERRORS -> Interruption.ERRORS;
            case RHYTHM_LOST -> Interruption.RHYTHM_LOST;
            case SESSION_ENDED -> Interruption.SESSION_ENDED;
        };
    }
}
