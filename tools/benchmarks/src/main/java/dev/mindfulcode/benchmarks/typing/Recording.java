package dev.mindfulcode.benchmarks.typing;

import dev.mindfulcode.schemas.KeyClass;

/**
 * One person's typing as times and key classes, in the order of the key presses.
 *
 * @param name identifies the person within its source, for example {@code 1027}
 * @param pressMs key-down times in milliseconds, ascending; the origin is the source's own
 * @param keyClasses {@link KeyClass#code()}, one a keystroke
 * @param dwellsMs key-down to key-up in [0, {@value #DWELL_MS_MAX}], one a keystroke
 */
@SuppressWarnings(
        "ArrayRecordComponent") // a recording is read-only by convention, and copying it would cost more than it says
public record Recording(String name, long[] pressMs, byte[] keyClasses, int[] dwellsMs) {

    /** A key held longer than this was forgotten, not typed. */
    public static final int DWELL_MS_MAX = 10_000;

    public Recording {
        if (pressMs.length != keyClasses.length || pressMs.length != dwellsMs.length) {
            throw new IllegalArgumentException("one time, class and dwell a keystroke");
        }
    }

    public int keystrokes() {
        return pressMs.length;
    }
}
