package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.history.WorkHistory;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The engine may not depend on the schemas: this holds the codes of the two together, by what the engine makes of them.
 */
class CodesTest {

    private static final long AT_MS = 1_000_000;

    private final byte[] bytes = SessionState.fresh();
    private final SessionState engine = new SessionState().wrap(bytes);

    @Test
    void engineCountsOnlyDeletionsAndUndosAsErrors() {
        for (KeyClass keyClass : KeyClass.values()) {
            long before = engine.errors();
            engine.keystroke(AT_MS, 100, keyClass.code(), -1);
            boolean correction = keyClass == KeyClass.DELETE || keyClass == KeyClass.UNDO;
            assertThat(engine.errors() - before).as(keyClass.name()).isEqualTo(correction ? 1 : 0);
        }
    }

    @Test
    void engineCountsOnlyFileSwitchesAndFocusLossesAsContextSwitches() {
        for (SignalKind kind : SignalKind.values()) {
            long before = engine.contextSwitches();
            engine.signal(AT_MS, kind.code(), 1);
            boolean contextSwitch = kind == SignalKind.FILE_SWITCH || kind == SignalKind.FOCUS_LOST;
            assertThat(engine.contextSwitches() - before).as(kind.name()).isEqualTo(contextSwitch ? 1 : 0);
        }
    }

    @Test
    void engineCountsOnlyFailedBuildsAndTestsAsErrors() {
        for (SignalKind kind : SignalKind.values()) {
            long before = engine.errors();
            engine.signal(AT_MS, kind.code(), 0);
            boolean failure = kind == SignalKind.BUILD || kind == SignalKind.TEST;
            assertThat(engine.errors() - before).as(kind.name()).isEqualTo(failure ? 1 : 0);
        }
    }

    @Test
    void engineCountsOnlySavesAsModifiedFiles() {
        for (SignalKind kind : SignalKind.values()) {
            engine.wrap(SessionState.fresh());
            engine.signal(AT_MS, kind.code(), 1);
            assertThat(engine.filesModified()).as(kind.name()).isEqualTo(kind == SignalKind.SAVE ? 1 : 0);
        }
    }

    @Test
    void engineIgnoresDiagnosticsAsActivity() {
        for (SignalKind kind : SignalKind.values()) {
            engine.wrap(SessionState.fresh());
            engine.signal(AT_MS, kind.code(), 1);
            assertThat(engine.lastActivityAtMs() != 0).as(kind.name()).isEqualTo(kind != SignalKind.DIAGNOSTICS);
        }
    }

    @Test
    void workHistoryKnowsTheEditsLinesAndSignsOfThePersonOnly() {
        List<KeyClass> noEdits = List.of(KeyClass.NAVIGATION, KeyClass.SHORTCUT, KeyClass.OTHER);
        for (KeyClass keyClass : KeyClass.values()) {
            engine.wrap(SessionState.fresh());
            engine.keystroke(AT_MS, 100, keyClass.code(), -1);
            float[] history = history();
            assertThat(history[WorkHistory.LN_S_SINCE_ENTER] == 0)
                    .as(keyClass.name())
                    .isEqualTo(keyClass == KeyClass.ENTER);
            assertThat(history[WorkHistory.LN_S_SINCE_EDIT] == 0)
                    .as(keyClass.name())
                    .isEqualTo(!noEdits.contains(keyClass));
        }
        List<SignalKind> machines = List.of(SignalKind.BUILD, SignalKind.TEST, SignalKind.DIAGNOSTICS);
        for (SignalKind kind : SignalKind.values()) {
            engine.wrap(SessionState.fresh());
            engine.signal(AT_MS, kind.code(), 1);
            float[] history = history();
            assertThat(history[WorkHistory.PRESENCE_1_MIN] > 0).as(kind.name()).isEqualTo(!machines.contains(kind));
            assertThat(history[WorkHistory.LN_S_SINCE_FOCUS_LOST] == 0)
                    .as(kind.name())
                    .isEqualTo(kind == SignalKind.FOCUS_LOST);
        }
    }

    private float[] history() {
        FlowReading reading = new FlowReading();
        engine.read(reading);
        return reading.history();
    }
}
