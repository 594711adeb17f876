package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The causes that ended a person's flow periods, by frequency. A cause is the feature that had fallen.
 *
 * @param endings causes that occurred, most frequent first; empty while {@code periodsMissing} is above 0
 * @param periodsMissing number of further closed periods needed
 */
public record FlowEndings(List<Ending> endings, int periodsMissing) {

    /** With fewer, intervals span half the scale. */
    public static final int PERIODS_MIN = 10;

    /**
     * @param share share of all closed periods, with Wilson's interval
     * @param mostP one-sided probability of as large a share of any cause if none ends more than half of the periods in
     *     the long run
     */
    public record Ending(Interruption by, int count, Estimate share, double mostP) {}

    /** @param causes one for each closed period, in order of time */
    public static FlowEndings of(List<Interruption> causes) {
        int periods = causes.size();
        if (periods < PERIODS_MIN) {
            return new FlowEndings(List.of(), PERIODS_MIN - periods);
        }
        Map<Interruption, Integer> counts = new EnumMap<>(Interruption.class);
        causes.forEach(cause -> counts.merge(cause, 1, Integer::sum));
        List<Ending> endings = new ArrayList<>();
        counts.forEach((by, count) -> {
            endings.add(new Ending(by, count, Means.share(count, periods), mostP(causes, by)));
        });
        endings.sort(Comparator.comparingInt(Ending::count).reversed().thenComparing(Ending::by));
        return new FlowEndings(List.copyOf(endings), 0);
    }

    /** Two causes can end half of the periods each, and either may seem to end most. */
    private static double mostP(List<Interruption> causes, Interruption by) {
        return Math.min(
                1,
                2
                        * Significance.aboveHalfP(causes.stream()
                                .mapToDouble(cause -> cause == by ? 1 : 0)
                                .toArray()));
    }
}
