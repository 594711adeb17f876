package dev.mindfulcode.schemas;

import org.jspecify.annotations.Nullable;

/** The kinds of editor signals. Codes are stored: append, never reorder. */
public enum SignalKind {
    FILE_SWITCH,
    SAVE,
    BUILD,
    TEST,
    DIAGNOSTICS,
    FOCUS_LOST,
    FOCUS_GAINED;

    private static final SignalKind[] ALL = values();

    public byte code() {
        return (byte) ordinal();
    }

    /** Returns the kind with a code, or null. */
    public static @Nullable SignalKind ofCode(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
}
