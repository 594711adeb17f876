package dev.mindfulcode.pluginhost;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A permission of a plugin, and the import of module {@code mindful} of the same name. There are no other imports.
 *
 * <p>All but {@link #EMIT_RESULTS} copy the current record into the guest's memory.
 */
public enum Capability {
    KEYSTROKE_INTERVALS(1),
    SESSION_EVENTS(2),
    FLOW_ANALYSIS(3),
    TEAM_WINDOWS(4),
    EMIT_RESULTS(0);

    private final int recordKind;

    Capability(int recordKind) {
        this.recordKind = recordKind;
    }

    /** Returns the name in manifests and imports, for example {@code keystroke_intervals}. */
    public String externalName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the kind passed to {@code on_record}, or 0 for {@link #EMIT_RESULTS}. */
    public int recordKind() {
        return recordKind;
    }

    /** Returns null if there is no capability of this name. */
    public static @Nullable Capability ofName(String name) {
        for (Capability capability : values()) {
            if (capability.externalName().equals(name)) {
                return capability;
            }
        }
        return null;
    }
}
