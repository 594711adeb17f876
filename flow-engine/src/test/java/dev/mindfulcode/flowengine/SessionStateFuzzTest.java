package dev.mindfulcode.flowengine;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/**
 * Feeds arbitrary bytes: as events they leave a valid state and readings in range; as a stored state they are rejected
 * or harmless. The tests run over the inputs in {@code src/test/resources}. To find new inputs, which are added there:
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl flow-engine test -Dtest='SessionStateFuzzTest#events'
 * }</pre>
 */
class SessionStateFuzzTest {

    @FuzzTest(maxDuration = "1m")
    void events(byte[] bytes) {
        byte[] state = SessionState.fresh();
        Readings.assertInRange(apply(new SessionState().wrap(state), bytes));
        new SessionState().wrap(state);
        new SessionState().wrap(SessionState.freshAfter(state));
    }

    /** Overlays the bytes on a used state, so that most inputs pass the checks of length and version. */
    @FuzzTest(maxDuration = "1m")
    void storedState(byte[] bytes) {
        byte[] state = SessionState.fresh();
        SessionState lived = new SessionState().wrap(state);
        long at = Input.START_MS;
        for (int i = 0; i < 300; i++) {
            lived.keystroke(at += 150 + i % 90, 150 + i % 90, i % 13, -1);
        }
        int first = bytes.length < 2 ? 0 : ((bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF) % state.length;
        for (int i = 2; i < bytes.length; i++) {
            state[(first + i - 2) % state.length] = bytes[i];
        }
        SessionState session;
        try {
            session = new SessionState().wrap(state);
        } catch (IllegalArgumentException _) {
            return;
        }
        Readings.assertInRange(apply(session, bytes));
        new SessionState().wrap(state);
    }

    /** Ten bytes per event: kind, code, time (absolute or relative), interval. */
    private static FlowReading apply(SessionState session, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        FlowReading reading = new FlowReading();
        long at = Input.START_MS;
        while (in.remaining() >= 10) {
            int what = in.get();
            int code = in.get();
            int step = in.getInt();
            int interval = in.getInt();
            at = (what & 8) == 0 ? at + step : (long) step << 20;
            switch (what & 7) {
                case 0, 1, 2, 3 -> session.keystroke(at, interval, code, -1);
                case 4 -> session.signal(at, code, interval);
                case 5 -> session.tick(at);
                case 6 -> session.setSensitivity(Float.intBitsToFloat(interval));
                default -> {
                    session.read(at, reading);
                    Readings.assertInRange(reading);
                }
            }
        }
        if (bytes.length % 5 == 0) {
            session.end(at);
        }
        session.read(reading);
        return reading;
    }
}
