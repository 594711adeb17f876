package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

/**
 * The last {@link Layout#RING_LENGTH} keystrokes: their intervals, which of them were corrections, and a histogram of
 * the intervals inside bursts. A keystroke that leaves the window enters the person's baseline, so the window is never
 * compared with itself.
 */
final class KeystrokeWindow {
    private static final int INTERVAL_MS_MAX = 0xFFFF;

    private KeystrokeWindow() {}

    static void push(byte[] state, int intervalMs, boolean correction) {
        int next = state[Layout.AT_RING_NEXT];
        int count = state[Layout.AT_RING_COUNT];
        if (count == Layout.RING_LENGTH) {
            dropInto(state, next);
        } else {
            state[Layout.AT_RING_COUNT] = (byte) (count + 1);
        }
        int stored = Math.min(intervalMs, INTERVAL_MS_MAX);
        putShort(state, Layout.AT_RING_INTERVALS + 2 * next, stored);
        setCorrection(state, next, correction);
        if (stored < LogBins.BURST_BOUND_MS) {
            state[Layout.AT_WINDOW_HISTOGRAM + LogBins.of(stored)]++;
            state[Layout.AT_WINDOW_IN_BURSTS]++;
        }
        if (correction) {
            state[Layout.AT_WINDOW_CORRECTIONS]++;
        }
        state[Layout.AT_RING_NEXT] = (byte) (next + 1 == Layout.RING_LENGTH ? 0 : next + 1);
    }

    static boolean isCorrection(byte[] state, int slot) {
        return (state[Layout.AT_RING_CLASSES + (slot >> 3)] >> (slot & 7) & 1) != 0;
    }

    static void setCorrection(byte[] state, int slot, boolean correction) {
        int at = Layout.AT_RING_CLASSES + (slot >> 3);
        int bit = 1 << (slot & 7);
        state[at] = (byte) (correction ? state[at] | bit : state[at] & ~bit);
    }

    /** Moves all keystrokes to the baseline, oldest first. */
    static void clearIntoBaselines(byte[] state) {
        int count = state[Layout.AT_RING_COUNT];
        int oldest = Math.floorMod(state[Layout.AT_RING_NEXT] - count, Layout.RING_LENGTH);
        for (int i = 0; i < count; i++) {
            dropInto(state, (oldest + i) % Layout.RING_LENGTH);
        }
        state[Layout.AT_RING_COUNT] = 0;
        state[Layout.AT_RING_NEXT] = 0;
    }

    private static void dropInto(byte[] state, int slot) {
        int intervalMs = getShort(state, Layout.AT_RING_INTERVALS + 2 * slot);
        boolean correction = isCorrection(state, slot);
        if (intervalMs < LogBins.BURST_BOUND_MS) {
            int bin = LogBins.of(intervalMs);
            state[Layout.AT_WINDOW_HISTOGRAM + bin]--;
            state[Layout.AT_WINDOW_IN_BURSTS]--;
            Baselines.learnInterval(state, bin);
        }
        if (correction) {
            state[Layout.AT_WINDOW_CORRECTIONS]--;
        }
        Baselines.learnKeystroke(state, intervalMs, correction);
    }
}
