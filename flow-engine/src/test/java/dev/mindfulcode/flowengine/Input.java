package dev.mindfulcode.flowengine;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * One input of a session in tests. Times are relative to the input before, so that sequences shrink well.
 */
sealed interface Input {
    long START_MS = 1_700_000_000_000L;

    record Key(int stepMs, int intervalMs, int keyClass) implements Input {}

    record Signal(int stepMs, int kind, int value) implements Input {}

    /** A keystroke with a time before the last one. */
    record LateKey(int backMs, int intervalMs, int keyClass) implements Input {}

    int LETTER = 0;

    /** Applies the inputs from a time on and returns the time after them. */
    static long apply(SessionState session, long from, List<Input> inputs) {
        long at = from;
        for (Input input : inputs) {
            switch (input) {
                case Key key -> {
                    at += key.stepMs;
                    session.keystroke(at, key.intervalMs, key.keyClass, -1);
                }
                case Signal signal -> {
                    at += signal.stepMs;
                    session.signal(at, signal.kind, signal.value);
                }
                case LateKey late -> session.keystroke(at - late.backMs, late.intervalMs, late.keyClass, -1);
            }
        }
        return at;
    }

    static Arbitrary<Input> adversarial() {
        Arbitrary<Integer> interval = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, Arbitraries.integers().between(20, 600)),
                net.jqwik.api.Tuple.of(
                        3, Arbitraries.of(0, 1, 7, 8, 9, 1_999, 2_000, 2_001, 15_000, 15_001, 65_535, 65_536)),
                net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(0, 7_200_000)),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(Integer.MAX_VALUE, -1, Integer.MIN_VALUE)));
        Arbitrary<Integer> keyClass = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(20, LETTER),
                net.jqwik.api.Tuple.of(3, EventCodes.KEY_DELETE),
                net.jqwik.api.Tuple.of(1, EventCodes.KEY_UNDO),
                net.jqwik.api.Tuple.of(1, 12),
                net.jqwik.api.Tuple.of(1, -5),
                net.jqwik.api.Tuple.of(1, 99));
        Arbitrary<Input> key = Combinators.combine(
                        interval, interval, keyClass, Arbitraries.of(true, true, true, false))
                .as((step, other, code, honest) -> new Key(Math.max(step, 0), honest ? step : other, code));
        Arbitrary<Input> late = Combinators.combine(Arbitraries.integers().between(1, 3_000_000), interval, keyClass)
                .as(LateKey::new);
        Arbitrary<Input> signal = Combinators.combine(
                        Arbitraries.integers().between(0, 120_000),
                        Arbitraries.integers().between(-1, 8),
                        Arbitraries.integers().between(0, 1))
                .as(Signal::new);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, key), net.jqwik.api.Tuple.of(1, late), net.jqwik.api.Tuple.of(2, signal));
    }
}
