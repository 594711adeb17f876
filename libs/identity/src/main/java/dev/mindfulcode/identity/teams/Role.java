package dev.mindfulcode.identity.teams;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The role of a member in a team, from most to least rights, and the rules of who may change whom. Pure. */
public enum Role {
    OWNER,
    ADMIN,
    MEMBER,
    VIEWER;

    /** Returns the role as the API and the tables spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Role of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Returns null if the text is not a role. */
    public static @Nullable Role parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    /** Whether the role sees addresses of members, and may change members. */
    public boolean administers() {
        return this == OWNER || this == ADMIN;
    }

    /** Whether the role may add members with another role: owners may add all, admins members and viewers. */
    public boolean mayAdd(Role added) {
        return this == OWNER || this == ADMIN && isBelowAdmin(added);
    }

    /**
     * Whether the role may change a member's role: owners may change all, admins members and viewers; everybody may
     * give up their own rights.
     */
    public boolean mayChange(Role other, Role next, boolean isSelf) {
        return this == OWNER
                || this == ADMIN && isBelowAdmin(other) && isBelowAdmin(next)
                || isSelf && next.ordinal() >= ordinal();
    }

    /** Whether the role may remove a member: owners anybody, admins members and viewers; everybody may leave. */
    public boolean mayRemove(Role other, boolean isSelf) {
        return isSelf || this == OWNER || this == ADMIN && isBelowAdmin(other);
    }

    private static boolean isBelowAdmin(Role role) {
        return role == MEMBER || role == VIEWER;
    }
}
