package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as its user wants it.
 *
 * @param generation grows when everything is to be folded once more
 * @param teamId null: the user's own history
 * @param plugin null: it was removed
 * @param from null: from the beginning
 * @param to null: on and on
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
     * A plugin and what it was granted.
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
