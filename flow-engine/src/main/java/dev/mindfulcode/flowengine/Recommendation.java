package dev.mindfulcode.flowengine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One text for a person, with the numbers that made a rule choose it.
 *
 * @param id stable; what a history of the shown is kept by
 * @param text what was seen and what might help; never how somebody feels
 * @param evidence the numbers behind it, for who asks why
 * @param coolDownMs for how long after it was shown it is not shown again
 */
public record Recommendation(String id, String text, String evidence, long coolDownMs) {

    public static final long DAY_MS = 24 * 3_600_000L;

    /**
     * Chooses what to show: nothing that is cooling down, what was never or least recently shown first, then in the
     * order given.
     *
     * @param candidates what the rules found, most telling first
     * @param shownAtMs when each id was last shown, epoch ms; what was never shown is absent
     * @param nowMs epoch ms
     * @param max how many at most
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
