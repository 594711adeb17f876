package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.SessionState;
import java.nio.ByteBuffer;

/** The totals of a minute and their encoding. Reusable, not thread-safe. */
final class MinuteTotals {

    static final int SIZE_BYTES = 7 * Long.BYTES;

    long keystrokes;
    long errors;
    long contextSwitches;
    long activeMs;
    long flowMs;

    /** Integral of intensity over active time. The engine makes it a multiple of 2^-16, so that sums are exact. */
    double intensityMs;

    /** Flow periods that were interrupted in the minute, by {@link FlowPeriodDetector}. */
    long interruptions;

    void clear() {
        keystrokes = 0;
        errors = 0;
        contextSwitches = 0;
        activeMs = 0;
        flowMs = 0;
        intensityMs = 0;
        interruptions = 0;
    }

    void setTo(SessionState state) {
        keystrokes = state.keystrokes();
        errors = state.errors();
        contextSwitches = state.contextSwitches();
        activeMs = state.activeMs();
        flowMs = state.flowMs();
        intensityMs = state.intensityMs();
    }

    void addGrowth(MinuteTotals before, SessionState now) {
        keystrokes += now.keystrokes() - before.keystrokes;
        errors += now.errors() - before.errors;
        contextSwitches += now.contextSwitches() - before.contextSwitches;
        activeMs += now.activeMs() - before.activeMs;
        flowMs += now.flowMs() - before.flowMs;
        intensityMs += now.intensityMs() - before.intensityMs;
    }

    void add(MinuteTotals more) {
        keystrokes += more.keystrokes;
        errors += more.errors;
        contextSwitches += more.contextSwitches;
        activeMs += more.activeMs;
        flowMs += more.flowMs;
        intensityMs += more.intensityMs;
        interruptions += more.interruptions;
    }

    void addTime(long moreActiveMs, long moreFlowMs, double moreIntensityMs) {
        activeMs += moreActiveMs;
        flowMs += moreFlowMs;
        intensityMs += moreIntensityMs;
    }

    boolean isEmpty() {
        return keystrokes == 0
                && errors == 0
                && contextSwitches == 0
                && activeMs == 0
                && flowMs == 0
                && interruptions == 0;
    }

    void read(ByteBuffer from) {
        keystrokes = from.getLong();
        errors = from.getLong();
        contextSwitches = from.getLong();
        activeMs = from.getLong();
        flowMs = from.getLong();
        intensityMs = from.getDouble();
        interruptions = from.getLong();
    }

    void write(ByteBuffer into) {
        into.putLong(keystrokes)
                .putLong(errors)
                .putLong(contextSwitches)
                .putLong(activeMs)
                .putLong(flowMs)
                .putDouble(intensityMs)
                .putLong(interruptions);
    }
}
