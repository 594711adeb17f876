package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Properties over many keystrokes of {@link Batches}; over millions with
 *
 * <pre>{@code
 * ./mvnw -pl flow-engine test -Dtest='ManyKeystrokesProperties,KnownPersonProperties' -Dmindful.full=true
 * }</pre>
 */
class ManyKeystrokesProperties {
    private static final int BATCHES = 40;

    @AfterContainer
    static void reportKeystrokes() {
        if (Tries.FACTOR > 1) {
            System.out.println("ManyKeystrokesProperties: " + Batches.keystrokes + " keystrokes generated");
        }
    }

    /** Valid means that stored counts equal recounts: nothing drifts. */
    @Property(tries = 15)
    void readingsStayInRangeAndTheStateValid(@ForAll long seed) {
        for (int round = 0; round < Tries.FACTOR; round++) {
            Batches batches = new Batches(seed + round);
            byte[] state = SessionState.fresh();
            SessionState session = new SessionState().wrap(state);
            FlowReading reading = new FlowReading();
            for (int b = 0; b < BATCHES; b++) {
                Batches.Batch batch = batches.next();
                for (int i = 0; i < batch.length(); i += 5) {
                    batch.apply(session, i, Math.min(i + 5, batch.length()));
                    session.read(reading);
                    Readings.assertInRange(reading);
                }
                session.read(session.lastActivityAtMs() + 40_000L * b, reading);
                Readings.assertInRange(reading);
                if (!Integrity.holds(state)) {
                    throw new AssertionError("invalid state after batch " + b + " of seed " + (seed + round));
                }
                if (b % 16 == 15) {
                    state = SessionState.freshAfter(state);
                    session.wrap(state);
                }
            }
        }
    }

    @Property(tries = 15)
    void anySplitOfBatchesGivesTheSameBits(@ForAll long seed) {
        for (int round = 0; round < Tries.FACTOR; round++) {
            Batches batches = new Batches(seed + round);
            Random cuts = new Random(~seed);
            byte[] whole = SessionState.fresh();
            byte[] parts = SessionState.fresh();
            for (int b = 0; b < BATCHES; b++) {
                Batches.Batch batch = batches.next();
                batch.apply(new SessionState().wrap(whole), 0, batch.length());
                for (int from = 0; from < batch.length(); ) {
                    int to = from + 1 + cuts.nextInt(batch.length() - from);
                    batch.apply(new SessionState().wrap(parts), from, to);
                    parts = parts.clone();
                    from = to;
                }
            }
            assertThat(parts).as("seed %d", seed + round).isEqualTo(whole);
        }
    }

    /**
     * Turns any keystrokes of the window into corrections, and a successful build into a failed one.
     */
    @Property(tries = 60)
    void moreErrorsNeverRaiseTheScore(@ForAll long seed) {
        FlowModel[] models = {FlowModel.builtIn(), FlowModel.formulaBaseline()};
        for (int round = 0; round < Tries.FACTOR; round++) {
            Batches batches = new Batches(seed + round);
            byte[] past = SessionState.fresh();
            for (int b = 0; b < 8; b++) {
                Batches.Batch batch = batches.next();
                batch.apply(new SessionState().wrap(past), 0, batch.length());
            }
            for (FlowModel model : models) {
                float fewer = intensityAfter(model, past.clone(), seed + round, 0);
                float more = intensityAfter(model, past.clone(), seed + round, 10);
                float most = intensityAfter(model, past.clone(), seed + round, 50);
                if (more > fewer || most > more) {
                    throw new AssertionError("%s: %s, %s, %s with ever more errors; seed %d"
                            .formatted(model.id(), fewer, more, most, seed + round));
                }
            }
        }
    }

    private static float intensityAfter(FlowModel model, byte[] past, long seed, int errorsInHundred) {
        Random random = new Random(seed);
        SessionState session = new SessionState(model).wrap(past);
        long at = session.lastActivityAtMs();
        int keys = 1 + random.nextInt(Layout.RING_LENGTH);
        for (int i = 0; i < keys; i++) {
            int interval = 1 + random.nextInt(2_400);
            at += interval;
            boolean error = random.nextInt(100) < errorsInHundred + 7;
            session.keystroke(at, interval, error ? EventCodes.KEY_DELETE : Input.LETTER, -1);
        }
        session.signal(at, EventCodes.SIGNAL_BUILD, errorsInHundred > 20 ? EventCodes.FAILED : 1);
        Batches.keystrokes += keys;
        FlowReading reading = new FlowReading();
        session.read(reading);
        return reading.intensity();
    }
}
