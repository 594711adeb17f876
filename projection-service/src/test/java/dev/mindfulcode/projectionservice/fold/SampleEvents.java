package dev.mindfulcode.projectionservice.fold;

import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events as the other services write them. */
public final class SampleEvents {

    private SampleEvents() {}

    public static SessionEvent sessionEvent(UUID sessionId, SessionEventKind kind, Instant at) {
        SessionEvent event = new SessionEvent();
        event.setSessionId(sessionId);
        event.setKind(kind);
        event.setAt(at);
        event.setRecordedAt(at);
        return event;
    }

    public static SessionEvent corrected(
            UUID sessionId, Instant at, @Nullable Instant startedAt, @Nullable Instant endedAt) {
        SessionEvent event = sessionEvent(sessionId, SessionEventKind.CORRECTED, at);
        event.setStartedAt(startedAt);
        event.setEndedAt(endedAt);
        return event;
    }

    public static SessionEvent with(
            SessionEvent event, UserCipher cipher, @Nullable String project, @Nullable String language) {
        if (project != null) {
            event.setProject(ByteBuffer.wrap(SealedText.PROJECT.seal(project, cipher)));
            event.setProjectIndex(ByteBuffer.wrap(SealedText.PROJECT.index(project, cipher)));
        }
        event.setLanguage(language);
        return event;
    }

    /**
     * A sample.
     *
     * @param keystrokes all other totals are made from it
     */
    public static FlowState flowState(UUID sessionId, long version, SessionStatus status, Instant at, long keystrokes) {
        FlowState state = new FlowState();
        state.setSessionId(sessionId);
        state.setVersion(version);
        state.setAt(at);
        state.setReceivedAt(at);
        state.setStatus(status);
        state.setModel("test");
        state.setFirstActivityAt(at.minusMillis(keystrokes * 200));
        state.setLastActivityAt(at);
        state.setKeystrokes(keystrokes);
        state.setErrors(keystrokes / 10);
        state.setContextSwitches(keystrokes / 100);
        state.setFilesModified(keystrokes / 50);
        state.setActiveMs(keystrokes * 200);
        state.setFlowMs(keystrokes * 100);
        state.setIntensityMs(keystrokes * 123.4);
        state.setInterruptions(keystrokes / 1000);
        return state;
    }

    /**
     * A sample.
     *
     * @param keystrokes all other totals are made from it
     */
    public static FlowMinute minute(Instant minute, long version, long keystrokes) {
        FlowMinute row = new FlowMinute();
        row.setMinute(minute);
        row.setVersion(version);
        row.setKeystrokes(keystrokes);
        row.setErrors(keystrokes / 10);
        row.setContextSwitches(keystrokes / 100);
        row.setActiveMs(keystrokes * 150);
        row.setFlowMs(keystrokes * 100);
        row.setIntensityMs(keystrokes * 100 / 3.0);
        return row;
    }

    public static FlowPeriod period(
            UUID sessionId, Instant started, @Nullable Instant ended, long version, long keystrokes) {
        FlowPeriod period = new FlowPeriod();
        period.setSessionId(sessionId);
        period.setStartedAt(started);
        if (ended != null) {
            period.setEndedAt(ended);
            period.setEndedBy(Interruption.CONTEXT_SWITCH);
        }
        period.setVersion(version);
        period.setMeanIntensity(0.75f);
        period.setKeystrokes(keystrokes);
        return period;
    }

    public static FlowMinute minute(UUID sessionId, Instant minute, long version, long keystrokes) {
        FlowMinute row = minute(minute, version, keystrokes);
        row.setSessionId(sessionId);
        return row;
    }

    public static AccountEvent zone(AccountEventKind kind, @Nullable String zone) {
        AccountEvent event = new AccountEvent();
        event.setKind(kind);
        event.setAt(Instant.parse("2026-01-01T00:00:00Z"));
        if (zone != null) {
            event.setTimeZone(zone);
        }
        return event;
    }

    public static TeamWindow teamWindow(UUID team, long version, int members) {
        return TeamWindow.newBuilder()
                .setTeamId(team)
                .setSize(TeamWindowSize.DAY)
                .setWindowStart(Instant.parse("2026-03-02T00:00:00Z"))
                .setVersion(version)
                .setClosed(true)
                .setMembersMin(5)
                .setMembers(members)
                .setKeystrokesAMemberMax(0)
                .setSecondsAMemberMax(14_400)
                .setInterruptionsAMemberMax(8)
                .setRhoMicros(version)
                .build();
    }
}
