package dev.mindfulcode.flowengine.team;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a team's windows are. They tumble along UTC: a day is a day of UTC, for a team has no zone of its own.
 *
 * <p>One member's contribution is bounded, so that no member can be read off a team's figure by its size alone, and so
 * that noise of a known scale hides any one of them. The bounds are conventions above what people do for long: 600 keys
 * a minute are 120 words (what is faster, and a key held down, is cut), and nobody is active for more than 16 hours of
 * a day.
 */
public enum WindowSize {
    FIVE_MINUTES(1, Duration.ofMinutes(5), 3_000, 300, 5),
    HOUR(2, Duration.ofHours(1), 30_000, 3_600, 30),
    DAY(3, Duration.ofDays(1), 150_000, 57_600, 150);

    /** Keystrokes of a member that count in one minute, over all their sessions. */
    public static final int KEYSTROKES_A_MINUTE_MAX = 600;

    /** Interruptions of a member that count in one minute: flow takes two to begin, so one for each of two sessions. */
    public static final int INTERRUPTIONS_A_MINUTE_MAX = 2;

    /** What was received by this long after a window's end counts in it, whenever it comes through. */
    public static final Duration LATENESS_MAX = Duration.ofHours(24);

    static final long MINUTE_MS = 60_000;

    private final int code;
    private final long lengthMs;
    private final long keystrokesAMemberMax;
    private final long secondsAMemberMax;
    private final long interruptionsAMemberMax;

    WindowSize(
            int code,
            Duration length,
            long keystrokesAMemberMax,
            long secondsAMemberMax,
            long interruptionsAMemberMax) {
        this.code = code;
        this.lengthMs = length.toMillis();
        this.keystrokesAMemberMax = keystrokesAMemberMax;
        this.secondsAMemberMax = secondsAMemberMax;
        this.interruptionsAMemberMax = interruptionsAMemberMax;
    }

    /** Returns the size of this code; refuses one that no size has. */
    public static WindowSize ofCode(int code) {
        for (WindowSize size : values()) {
            if (size.code == code) {
                return size;
            }
        }
        throw new IllegalArgumentException("no window size");
    }

    /** Returns the next longer size, whose windows contain whole windows of this one; null for the longest. */
    public @Nullable WindowSize longer() {
        return this == DAY ? null : values()[ordinal() + 1];
    }

    /** Returns the next shorter size; null for the shortest. */
    public @Nullable WindowSize shorter() {
        return this == FIVE_MINUTES ? null : values()[ordinal() - 1];
    }

    /** Returns what a size is called where it is stored. */
    public int code() {
        return code;
    }

    public long lengthMs() {
        return lengthMs;
    }

    public int minutes() {
        return Math.toIntExact(lengthMs / MINUTE_MS);
    }

    /** Returns when the window begins that an instant lies in. */
    public long startOf(long atMs) {
        return Math.floorDiv(atMs, lengthMs) * lengthMs;
    }

    /** Returns the last instant of receipt that counts in the window that an instant lies in. */
    public long receivedUntilMs(long atMs) {
        return startOf(atMs) + lengthMs + LATENESS_MAX.toMillis();
    }

    public long keystrokesAMemberMax() {
        return keystrokesAMemberMax;
    }

    /** Returns what a member can add at most to active time, and to time in flow. */
    public long secondsAMemberMax() {
        return secondsAMemberMax;
    }

    public long interruptionsAMemberMax() {
        return interruptionsAMemberMax;
    }
}
