package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.EarlierLayouts;
import dev.mindfulcode.flowengine.SequenceRanges;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session that an earlier build stored while it was in flow. */
class EarlierLayoutTest {

    private final FlowPeriodDetector periods = new FlowPeriodDetector();
    private final UUID sessionId = UUID.randomUUID();

    @ParameterizedTest
    @CsvSource({"4, 2, 3000", "5, 3, 6000"})
    void aStoredSessionLoadsAndItsPeriodInFlowClosesOnce(byte layout, int engineLayout, long keystrokes)
            throws IOException {
        TrackedSession session = new TrackedSession().load(storedBefore(layout, engineLayout));
        assertThat(session.engine().keystrokes()).isEqualTo(keystrokes);
        assertThat(session.engine().isInFlow()).isTrue();
        assertThat(session.period().isOpen()).isTrue();
        assertThat(session.startedAtMs()).isEqualTo(1_000);
        assertThat(session.hasSeen(7)).isTrue();
        assertThat(session.hasSeen(0)).isFalse();
        assertThat(session.sequencesEnd()).isEqualTo(8);
        long lastActivityMs = session.engine().lastActivityAtMs();

        FlowPeriod closed = afterPause(session, lastActivityMs);

        assertThat(closed.getEndedAt()).isEqualTo(Instant.ofEpochMilli(lastActivityMs));
        assertThat(closed.getEndedBy()).isEqualTo(Interruption.UNKNOWN);
        assertThat(periods.interruptions()).hasSize(1);
        byte[] value = session.toValue();
        assertThat(value[0]).isGreaterThan(layout);
        TrackedSession again = new TrackedSession().load(value);
        again.useModel(new SessionState());
        periods.begin(again);
        periods.detect(sessionId, again);
        assertThat(periods.changes()).isEmpty();
        assertThat(again.engine().isInFlow()).isFalse();
        assertThat(again.period().isOpen()).isFalse();
        assertThat(again.engine().keystrokes()).isEqualTo(keystrokes);
        assertThat(again.sequencesEnd()).isEqualTo(8);
    }

    /** Loads as the store does, with the model in use, and lets it pause. */
    private FlowPeriod afterPause(TrackedSession session, long lastActivityMs) {
        session.useModel(new SessionState());
        periods.begin(session);
        periods.detect(sessionId, session);
        session.engine().tick(lastActivityMs + SessionState.PAUSE_TIMEOUT_MS);
        periods.detect(sessionId, session);
        assertThat(periods.changes()).hasSize(1);
        return periods.changes().getFirst();
    }

    /** Returns the value as that build stored it: the layouts differ in the engine's state only. */
    private static byte[] storedBefore(byte layout, int engineLayout) throws IOException {
        TrackedSession now = new TrackedSession().begin(SessionState.fresh(), 1_000, 2_000);
        now.period().open(now.engine());
        now.markSeen(7);
        byte[] sequences = SequenceRanges.add(SequenceRanges.empty(), 7);
        byte[] value = now.toValue();
        int headerBytes = value.length - SessionState.SIZE_BYTES - sequences.length;
        byte[] earlier = earlierState(engineLayout);
        assertThat(earlier).hasSize(EarlierLayouts.sizeBytes(engineLayout));
        ByteBuffer stored = ByteBuffer.allocate(headerBytes + earlier.length + sequences.length);
        stored.put(value, 0, headerBytes).put(earlier).put(sequences);
        stored.put(0, layout);
        return stored.array();
    }

    private static byte[] earlierState(int layout) throws IOException {
        Class<?> here = EarlierLayoutTest.class;
        String name = "state-of-layout-" + layout + ".base64";
        try (InputStream in = Objects.requireNonNull(here.getResourceAsStream(name))) {
            return Base64.getMimeDecoder().decode(in.readAllBytes());
        }
    }
}
