package dev.mindfulcode.schemas;

import org.jspecify.annotations.Nullable;

/** What an editor can say besides keystrokes. Codes are written into history: append, never reorder. */
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

    /** Returns the kind with this code, or null where there is none. */
    public static @Nullable SignalKind ofCode(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }
}
