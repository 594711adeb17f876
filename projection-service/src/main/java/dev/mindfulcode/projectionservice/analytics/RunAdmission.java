package dev.mindfulcode.projectionservice.analytics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Decides which waiting runs start. Each user has at most a quarter of all places (at least one), so that the live runs
 * of one user cannot occupy all guests; among users, the one with the fewest active runs comes first. A cancelled run
 * starts regardless of its user's limit: it only stores its end.
 *
 * @param start runs to start, in this order
 * @param overLimit runs that wait because their user occupies all places that one user may have
 */
record RunAdmission(List<RunSpec> start, List<RunSpec> overLimit) {

    private static final int USER_SHARE_DIVISOR = 4;

    /** Returns how many runs of one user may be active at once. */
    static int userRunsMax(int runsMax) {
        return Math.max(1, runsMax / USER_SHARE_DIVISOR);
    }

    /**
     * Returns the decision.
     *
     * @param waiting in the order of creation
     * @param activeUsers the user of each active run
     */
    static RunAdmission decide(List<RunSpec> waiting, Collection<UUID> activeUsers, int runsMax) {
        Map<UUID, Integer> active = new HashMap<>();
        activeUsers.forEach(user -> active.merge(user, 1, Integer::sum));
        List<RunSpec> remaining = new ArrayList<>(waiting);
        List<RunSpec> start = new ArrayList<>();
        List<RunSpec> overLimit = new ArrayList<>();
        int places = runsMax - activeUsers.size();
        while (!remaining.isEmpty()) {
            RunSpec next = remaining.stream()
                    .min(Comparator.comparingInt(spec -> active.getOrDefault(spec.userId(), 0)))
                    .orElseThrow();
            remaining.remove(next);
            boolean isAtLimit = active.getOrDefault(next.userId(), 0) >= userRunsMax(runsMax);
            if (isAtLimit && !next.isCancelled()) {
                overLimit.add(next);
            } else if (places > 0) {
                places--;
                active.merge(next.userId(), 1, Integer::sum);
                start.add(next);
            }
        }
        return new RunAdmission(start, overLimit);
    }
}
