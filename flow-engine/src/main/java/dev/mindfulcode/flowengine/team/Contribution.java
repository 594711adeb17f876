package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;

/**
 * A member's contribution to one window of a team: sums over sessions and minutes. It contains what a release needs and
 * nothing else. {@link TeamFigure} bounds what counts of it.
 *
 * <p>Not thread-safe.
 */
public final class Contribution {

    /** Maximum interruptions of a member per minute: one for each of two sessions. */
    static final int INTERRUPTIONS_PER_MINUTE_MAX = 2;

    private static final int BYTES = 3 * Long.BYTES;

    private long activeMs;
    private long flowMs;
    private long interruptions;

    /** Adds one minute over all sessions of the member; call it once per minute. */
    public void addMinute(long activeMs, long flowMs, long interruptions) {
        long activeInMinuteMs = Math.clamp(activeMs, 0, WindowSize.MINUTE_MS);
        this.activeMs += activeInMinuteMs;
        this.flowMs += Math.clamp(flowMs, 0, activeInMinuteMs);
        this.interruptions += Math.clamp(interruptions, 0, INTERRUPTIONS_PER_MINUTE_MAX);
    }

    /** Whether the member was inactive. */
    public boolean isEmpty() {
        return activeMs == 0 && interruptions == 0;
    }

    long activeSeconds() {
        return activeMs / 1_000;
    }

    long secondsInFlow() {
        return flowMs / 1_000;
    }

    long interruptions() {
        return interruptions;
    }

    /** Returns the bytes that {@link #decode} reads; equal contributions have equal bytes. */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(activeMs)
                .putLong(flowMs)
                .putLong(interruptions)
                .array();
    }

    /** @throws IllegalArgumentException if the bytes are not a contribution to a window of this size */
    public static Contribution decode(WindowSize size, byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a contribution has " + bytes.length + " bytes; must have " + BYTES);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Contribution read = new Contribution();
        read.activeMs = within(buffer.getLong(), size.lengthMs());
        read.flowMs = within(buffer.getLong(), read.activeMs);
        read.interruptions =
                within(buffer.getLong(), size.lengthMs() / WindowSize.MINUTE_MS * INTERRUPTIONS_PER_MINUTE_MAX);
        return read;
    }

    private static long within(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(
                    "a value of the contribution is " + value + "; must be between 0 and " + max);
        }
        return value;
    }

    /** Without values, which are personal. */
    @Override
    public String toString() {
        return "Contribution";
    }
}
