package dev.mindfulcode.apigateway.teams;

import static dev.mindfulcode.apigateway.teams.Role.ADMIN;
import static dev.mindfulcode.apigateway.teams.Role.MEMBER;
import static dev.mindfulcode.apigateway.teams.Role.OWNER;
import static dev.mindfulcode.apigateway.teams.Role.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RoleTest {

    @Test
    void ownersMayAllAndAdminsWhatConcernsMembersAndViewers() {
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
    void everybodyMayLeaveAndTakeRightsFromThemselvesButGiveThemselvesNone() {
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

    @Test
    void theGateOpensOnPremiumAlone() {
        Instant now = Instant.EPOCH;
        Membership free = new Membership(UUID.randomUUID(), UUID.randomUUID(), OWNER, true, now, now, Plan.FREE);
        assertThatThrownBy(free::onPremium)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.type()).isEqualTo(ProblemType.PLAN_NEEDED));
        Membership premium = new Membership(free.teamId(), free.userId(), VIEWER, false, now, now, Plan.PREMIUM);
        assertThat(premium.onPremium()).isSameAs(premium);
    }
}
