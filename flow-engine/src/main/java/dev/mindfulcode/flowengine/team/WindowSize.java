package dev.mindfulcode.flowengine.team;

import java.time.Duration;

/**
 * The sizes of a team's tumbling windows. Days are days of UTC, as a team has no time zone. Shorter windows than an
 * hour do not exist: their noise would exceed their figures in any team of fewer than several hundred members
 * (docs/team-privacy.md).
 */
public enum WindowSize {
    HOUR(2, Duration.ofHours(1)),
    DAY(3, Duration.ofDays(1));

    /** Time after a window's end until which received keystrokes count in it. */
    public static final Duration LATENESS_MAX = Duration.ofHours(24);

    static final long MINUTE_MS = 60_000;

    private final int code;
    private final long lengthMs;

    WindowSize(int code, Duration length) {
        this.code = code;
        this.lengthMs = length.toMillis();
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

    /** Returns the stored code of the size. */
    public int code() {
        return code;
    }

    public long lengthMs() {
        return lengthMs;
    }

    /** Returns the start of the window that contains an instant. */
    public long startOf(long atMs) {
        return Math.floorDiv(atMs, lengthMs) * lengthMs;
    }

    /** Returns the latest time of receipt that counts in the window of an instant. */
    public long receivedUntilMs(long atMs) {
        return startOf(atMs) + lengthMs + LATENESS_MAX.toMillis();
    }
}
