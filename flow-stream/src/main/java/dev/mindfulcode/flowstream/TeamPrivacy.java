package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.TeamNoise;
import java.util.UUID;

/**
 * Parameters that protect team figures.
 *
 * @param membersMin the smallest number of consenting members of which figures are released
 * @param noiseKey secret, the same in all instances
 */
record TeamPrivacy(int membersMin, PrivacyBudget budget, byte[] noiseKey) {

    TeamNoise noiseOf(UUID teamId) {
        return new TeamNoise(noiseKey, teamId);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "TeamPrivacy[" + membersMin + ", " + budget + "]";
    }
}
