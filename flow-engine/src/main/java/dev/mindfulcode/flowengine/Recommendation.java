package dev.mindfulcode.flowengine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A text for a user, with the numbers that a rule chose it by.
 *
 * @param id stable; the key of the history of shown recommendations
 * @param text an observation and what might help; never how the user feels
 * @param evidence the numbers that it is based on
 * @param coolDownMs minimum time until it is shown again
 */
public record Recommendation(String id, String text, String evidence, long coolDownMs) {

    public static final long DAY_MS = 24 * 3_600_000L;

    /**
     * Returns the recommendations to show: without those that are cooling down, least recently shown first, then in the
     * given order.
     *
     * @param candidates most significant first
     * @param shownAtMs when each id was last shown, epoch ms
     */
    public static List<Recommendation> choose(
            List<Recommendation> candidates, Map<String, Long> shownAtMs, long nowMs, int max) {
        List<Recommendation> ready = new ArrayList<>();
        for (Recommendation candidate : candidates) {
            Long shown = shownAtMs.get(candidate.id());
            if (shown == null || nowMs - shown >= candidate.coolDownMs()) {
                ready.add(candidate);
            }
        }
        ready.sort(Comparator.comparingLong(candidate -> shownAtMs.getOrDefault(candidate.id(), Long.MIN_VALUE)));
        return List.copyOf(ready.subList(0, Math.min(max, ready.size())));
    }
}
