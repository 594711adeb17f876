package dev.mindfulcode.flowengine;

import org.jspecify.annotations.Nullable;

/** Why a reading is not in flow. Codes are stored, so the order never changes: append. */
public enum FlowReason {
    /**
     * Less than ten minutes of typing since the last gap of a quarter of an hour, or less than
     * {@link FlowPhase#ENTRY_DELAY_MS} in the range.
     */
    WARMING_UP,
    /** Intensity is below the top share of the person's own last weeks, or the typing is not a person's. */
    BELOW_OWN_RANGE,
    /** Corrections or failed builds and tests have been far above the person's usual for minutes. */
    STRUGGLING,
    /** Switches of file or window are far above the person's usual. */
    FRAGMENTED,
    /** The editor's window has lost focus. */
    AWAY,
    /** No typing for {@link SessionState#PAUSE_TIMEOUT_MS}, or the session has ended. */
    PAUSED;

    private static final FlowReason[] ALL = values();

    /** Returns the code under which a reason is stored; 0 for none, which means in flow. */
    public static int codeOf(@Nullable FlowReason reason) {
        return reason == null ? 0 : reason.ordinal() + 1;
    }

    /** Returns the reason of a code, null for 0. */
    public static @Nullable FlowReason ofCode(int code) {
        return code == 0 ? null : ALL[code - 1];
    }
}
