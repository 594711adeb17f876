package dev.mindfulcode.identity.teams;

import static dev.mindfulcode.identity.teams.Role.ADMIN;
import static dev.mindfulcode.identity.teams.Role.MEMBER;
import static dev.mindfulcode.identity.teams.Role.OWNER;
import static dev.mindfulcode.identity.teams.Role.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoleTest {

    @Test
    void ownersManageAllRolesAndAdminsMembersAndViewers() {
        for (Role role : Role.values()) {
            for (Role other : Role.values()) {
                boolean expected = role == OWNER || role == ADMIN && other != OWNER && other != ADMIN;
                assertThat(role.mayAdd(other)).as(role + " adds " + other).isEqualTo(expected);
                assertThat(role.mayRemove(other, false))
                        .as(role + " removes " + other)
                        .isEqualTo(expected);
                for (Role next : Role.values()) {
                    assertThat(role.mayChange(other, next, false))
                            .as(role + " makes " + other + " " + next)
                            .isEqualTo(role == OWNER
                                    || role == ADMIN && other.compareTo(ADMIN) > 0 && next.compareTo(ADMIN) > 0);
                }
            }
        }
    }

    @Test
    void membersMayLeaveAndGiveUpRightsButNotGainThem() {
        for (Role role : Role.values()) {
            assertThat(role.mayRemove(role, true)).isTrue();
            for (Role next : Role.values()) {
                assertThat(role.mayChange(role, next, true))
                        .as(role + " becomes " + next)
                        .isEqualTo(next.compareTo(role) >= 0 || role == OWNER);
            }
        }
        assertThat(MEMBER.mayChange(MEMBER, ADMIN, true)).isFalse();
        assertThat(VIEWER.mayChange(VIEWER, MEMBER, true)).isFalse();
    }
}
