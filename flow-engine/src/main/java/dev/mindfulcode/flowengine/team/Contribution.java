package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A member's contribution to one window of a team: sums over sessions and minutes, within the bounds of
 * {@link WindowSize}, and the minutes with activity or flow. All values are integers, so the order of additions does
 * not matter.
 *
 * <p>Not thread-safe.
 */
public final class Contribution {

    /** Integer units per intensity of 1. */
    public static final int INTENSITY_UNITS = 1 << 16;

    /** Minimum active time in flow of a minute in flow. */
    public static final long FLOW_MS_PER_MINUTE_MIN = 30_000;

    private static final int HEADER_BYTES = 5 * Long.BYTES;

    private final WindowSize size;
    private long keystrokes;
    private long activeMs;
    private long intensityUnits;
    private long flowMs;
    private long interruptions;
    private final byte[] activeMinutes;
    private final byte[] flowMinutes;

    public Contribution(WindowSize size) {
        this.size = size;
        activeMinutes = new byte[(size.minutes() + 7) / 8];
        flowMinutes = new byte[activeMinutes.length];
    }

    /**
     * Adds one minute over all sessions of the member; call it once per minute.
     *
     * @param minuteMs start of the minute, inside the window
     * @param intensityUnits the integral of intensity over active time, in {@link #INTENSITY_UNITS} and milliseconds
     */
    public void addMinute(
            long minuteMs, long keystrokes, long activeMs, long intensityUnits, long flowMs, long interruptions) {
        long activeInMinuteMs = Math.clamp(activeMs, 0, WindowSize.MINUTE_MS);
        // Simultaneous sessions can exceed a minute: intensity is scaled with active time, so it stays a mean.
        long intensityInMinute =
                activeMs > activeInMinuteMs ? intensityUnits / activeMs * activeInMinuteMs : intensityUnits;
        this.keystrokes += Math.clamp(keystrokes, 0, WindowSize.KEYSTROKES_PER_MINUTE_MAX);
        this.activeMs += activeInMinuteMs;
        this.intensityUnits += Math.clamp(intensityInMinute, 0, activeInMinuteMs * INTENSITY_UNITS);
        this.flowMs += Math.clamp(flowMs, 0, activeInMinuteMs);
        this.interruptions += Math.clamp(interruptions, 0, WindowSize.INTERRUPTIONS_PER_MINUTE_MAX);
        int minute = Math.toIntExact((minuteMs - size.startOf(minuteMs)) / WindowSize.MINUTE_MS);
        if (keystrokes > 0 || activeMs > 0) {
            activeMinutes[minute / 8] |= (byte) (1 << minute % 8);
        }
        if (flowMs >= FLOW_MS_PER_MINUTE_MIN) {
            flowMinutes[minute / 8] |= (byte) (1 << minute % 8);
        }
    }

    /**
     * Adds a shorter window inside this one; call it once per minute covered.
     *
     * @param startMs start of the shorter window
     */
    public void addWindow(long startMs, Contribution shorter) {
        keystrokes += shorter.keystrokes;
        activeMs += shorter.activeMs;
        intensityUnits += shorter.intensityUnits;
        flowMs += shorter.flowMs;
        interruptions += shorter.interruptions;
        int first = Math.toIntExact((startMs - size.startOf(startMs)) / WindowSize.MINUTE_MS);
        for (int minute = 0; minute < shorter.size.minutes(); minute++) {
            int in = first + minute;
            activeMinutes[in / 8] |= (byte) (shorter.isActiveIn(minute) ? 1 << in % 8 : 0);
            flowMinutes[in / 8] |= (byte) (shorter.isInFlowIn(minute) ? 1 << in % 8 : 0);
        }
    }

    /** Whether the member was inactive. */
    public boolean isEmpty() {
        return keystrokes == 0 && activeMs == 0 && interruptions == 0;
    }

    WindowSize size() {
        return size;
    }

    boolean isActive() {
        return keystrokes > 0 || activeMs > 0;
    }

    /** Whether the window's bounds reduce the contribution. */
    boolean isCut() {
        return keystrokes != keystrokes()
                || activeMs != activeMs()
                || flowMs != flowMs()
                || interruptions != interruptions();
    }

    long keystrokes() {
        return Math.min(keystrokes, size.keystrokesPerMemberMax());
    }

    long activeMs() {
        return Math.min(activeMs, size.secondsPerMemberMax() * 1_000);
    }

    long flowMs() {
        return Math.min(flowMs, size.secondsPerMemberMax() * 1_000);
    }

    long interruptions() {
        return Math.min(interruptions, size.interruptionsPerMemberMax());
    }

    boolean hasIntensity() {
        return activeMs > 0;
    }

    /** Returns the member's mean intensity in {@link #INTENSITY_UNITS}, rounded down. */
    long meanIntensityUnits() {
        return Math.min(intensityUnits / activeMs, INTENSITY_UNITS);
    }

    boolean isActiveIn(int minute) {
        return (activeMinutes[minute / 8] & 1 << minute % 8) != 0;
    }

    boolean isInFlowIn(int minute) {
        return (flowMinutes[minute / 8] & 1 << minute % 8) != 0;
    }

    /** Returns the bytes that {@link #decode} reads; equal contributions have equal bytes. */
    public byte[] encode() {
        return ByteBuffer.allocate(HEADER_BYTES + activeMinutes.length + flowMinutes.length)
                .putLong(keystrokes)
                .putLong(activeMs)
                .putLong(intensityUnits)
                .putLong(flowMs)
                .putLong(interruptions)
                .put(activeMinutes)
                .put(flowMinutes)
                .array();
    }

    /** @throws IllegalArgumentException if the bytes are not a contribution to a window of this size */
    public static Contribution decode(WindowSize size, byte[] bytes) {
        Contribution read = new Contribution(size);
        if (bytes.length != HEADER_BYTES + read.activeMinutes.length + read.flowMinutes.length) {
            throw new IllegalArgumentException("not a contribution to a window of this size");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int minutes = size.minutes();
        read.keystrokes = within(buffer.getLong(), (long) minutes * WindowSize.KEYSTROKES_PER_MINUTE_MAX);
        read.activeMs = within(buffer.getLong(), size.lengthMs());
        read.intensityUnits = within(buffer.getLong(), read.activeMs * INTENSITY_UNITS);
        read.flowMs = within(buffer.getLong(), read.activeMs);
        read.interruptions = within(buffer.getLong(), (long) minutes * WindowSize.INTERRUPTIONS_PER_MINUTE_MAX);
        buffer.get(read.activeMinutes).get(read.flowMinutes);
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
        return "Contribution[" + size + "]";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Contribution that && size == that.size && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }
}
