package dev.mindfulcode.apigateway.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.identity.teams.Membership;
import dev.mindfulcode.identity.teams.Plan;
import dev.mindfulcode.identity.teams.Role;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TeamsTest {

    @Test
    void requiresThePremiumPlanForEveryRole() {
        for (Role role : Role.values()) {
            assertThatCode(() -> Teams.requirePremium(membership(role, Plan.PREMIUM)))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> Teams.requirePremium(membership(role, Plan.FREE)))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refused -> assertThat(refused.type()).isEqualTo(ProblemType.PLAN_NEEDED));
        }
    }

    private static Membership membership(Role role, Plan plan) {
        return new Membership(UUID.randomUUID(), UUID.randomUUID(), role, true, Instant.EPOCH, Instant.EPOCH, plan);
    }
}
