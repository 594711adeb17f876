package dev.mindfulcode.flowengine.team;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a team's tumbling windows. Days are days of UTC, as a team has no time zone.
 *
 * <p>Each member's contribution is bounded, so that no member is visible in a team's statistics and noise of a known
 * scale would hide any one of them. The bounds are conventions above sustained typing: 600 keys per minute, 16 active
 * hours per day.
 */
public enum WindowSize {
    FIVE_MINUTES(1, Duration.ofMinutes(5), 3_000, 300, 5),
    HOUR(2, Duration.ofHours(1), 30_000, 3_600, 30),
    DAY(3, Duration.ofDays(1), 150_000, 57_600, 150);

    /** Maximum keystrokes of a member per minute, over all sessions. */
    public static final int KEYSTROKES_PER_MINUTE_MAX = 600;

    /** Maximum interruptions of a member per minute: one for each of two sessions. */
    public static final int INTERRUPTIONS_PER_MINUTE_MAX = 2;

    /** Time after a window's end until which received keystrokes count in it. */
    public static final Duration LATENESS_MAX = Duration.ofHours(24);

    static final long MINUTE_MS = 60_000;

    private final int code;
    private final long lengthMs;
    private final long keystrokesPerMemberMax;
    private final long secondsPerMemberMax;
    private final long interruptionsPerMemberMax;

    WindowSize(
            int code,
            Duration length,
            long keystrokesAMemberMax,
            long secondsAMemberMax,
            long interruptionsAMemberMax) {
        this.code = code;
        this.lengthMs = length.toMillis();
        this.keystrokesPerMemberMax = keystrokesAMemberMax;
        this.secondsPerMemberMax = secondsAMemberMax;
        this.interruptionsPerMemberMax = interruptionsAMemberMax;
    }

    /** Returns the size with a code. */
    public static WindowSize ofCode(int code) {
        for (WindowSize size : values()) {
            if (size.code == code) {
                return size;
            }
        }
        throw new IllegalArgumentException("unknown window size " + code);
    }

    /** Returns the next longer size, whose windows contain whole windows of this one; null for the longest. */
    public @Nullable WindowSize longer() {
        return this == DAY ? null : values()[ordinal() + 1];
    }

    /** Returns the next shorter size; null for the shortest. */
    public @Nullable WindowSize shorter() {
        return this == FIVE_MINUTES ? null : values()[ordinal() - 1];
    }

    /** Returns the stored code of the size. */
    public int code() {
        return code;
    }

    public long lengthMs() {
        return lengthMs;
    }

    public int minutes() {
        return Math.toIntExact(lengthMs / MINUTE_MS);
    }

    /** Returns the start of the window that contains an instant. */
    public long startOf(long atMs) {
        return Math.floorDiv(atMs, lengthMs) * lengthMs;
    }

    /** Returns the latest time of receipt that counts in the window of an instant. */
    public long receivedUntilMs(long atMs) {
        return startOf(atMs) + lengthMs + LATENESS_MAX.toMillis();
    }

    public long keystrokesPerMemberMax() {
        return keystrokesPerMemberMax;
    }

    /** Returns the maximum of a member's active time, and of time in flow. */
    public long secondsPerMemberMax() {
        return secondsPerMemberMax;
    }

    public long interruptionsPerMemberMax() {
        return interruptionsPerMemberMax;
    }
}
