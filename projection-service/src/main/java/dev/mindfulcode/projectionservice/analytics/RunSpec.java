package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The desired state of a run.
 *
 * @param generation increases with each request to fold everything again
 * @param teamId null for the user's own history
 * @param plugin null if it was removed
 * @param from null for the whole history
 * @param to null for a run without end
 */
record RunSpec(
        UUID runId,
        int generation,
        UUID userId,
        @Nullable UUID teamId,
        @Nullable Granted plugin,
        @Nullable Instant from,
        @Nullable Instant to,
        boolean isCancelled,
        ZoneId zone) {

    RunSpec withZone(ZoneId next) {
        return new RunSpec(runId, generation, userId, teamId, plugin, from, to, isCancelled, next);
    }

    /**
     * A plugin and its grant.
     *
     * @param manifest JSON
     * @param failuresInRow since it was granted
     */
    record Granted(
            UUID pluginId,
            String manifest,
            String moduleSha256,
            Set<Capability> capabilities,
            Instant grantedAt,
            int failuresInRow) {}
}
