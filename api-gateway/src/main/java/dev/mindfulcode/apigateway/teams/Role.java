package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.schemas.TeamRole;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is in a team, from the one who may most to the one who may least. Pure: who may change whom is here.
 */
enum Role {
    OWNER(TeamRole.OWNER),
    ADMIN(TeamRole.ADMIN),
    MEMBER(TeamRole.MEMBER),
    VIEWER(TeamRole.VIEWER);

    private final TeamRole wire;

    Role(TeamRole wire) {
        this.wire = wire;
    }

    TeamRole wire() {
        return wire;
    }

    /** As the API and the tables spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Role of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Returns null where the text is no role. */
    static @Nullable Role parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    /** Whether these see who belongs to the team by address, and change it at all. */
    boolean administers() {
        return this == OWNER || this == ADMIN;
    }

    /** Owners may all; admins may what concerns members and viewers alone. */
    boolean mayAdd(Role added) {
        return this == OWNER || this == ADMIN && isBelowAdmin(added);
    }

    /**
     * Owners may all; admins may what concerns members and viewers alone; everybody may take rights from themselves.
     */
    boolean mayChange(Role other, Role next, boolean isSelf) {
        return this == OWNER
                || this == ADMIN && isBelowAdmin(other) && isBelowAdmin(next)
                || isSelf && next.ordinal() >= ordinal();
    }

    /** Owners may remove anybody, admins members and viewers; everybody may leave. */
    boolean mayRemove(Role other, boolean isSelf) {
        return isSelf || this == OWNER || this == ADMIN && isBelowAdmin(other);
    }

    private static boolean isBelowAdmin(Role role) {
        return role == MEMBER || role == VIEWER;
    }
}
