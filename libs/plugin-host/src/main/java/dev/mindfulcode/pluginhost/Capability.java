package dev.mindfulcode.pluginhost;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing a plugin may do, and the one import of module {@code mindful} that comes with it. There is nothing else to
 * import.
 *
 * <p>All but {@link #EMIT_RESULTS} read: the import copies the record at hand into the guest's memory.
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

    /** The name in manifests and imports, {@code keystroke_intervals}. */
    public String externalName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that {@code on_record} is told, or 0 where no records come with this capability. */
    public int recordKind() {
        return recordKind;
    }

    /** Returns null where no capability is called so. */
    public static @Nullable Capability ofName(String name) {
        for (Capability capability : values()) {
            if (capability.externalName().equals(name)) {
                return capability;
            }
        }
        return null;
    }
}
