package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Comparator;
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

    /** @param share share of all closed periods, with Wilson's interval */
    public record Ending(Interruption by, int count, Estimate share) {}

    public static FlowEndings of(Map<Interruption, Integer> counts) {
        int periods = counts.values().stream().mapToInt(Integer::intValue).sum();
        if (periods < PERIODS_MIN) {
            return new FlowEndings(List.of(), PERIODS_MIN - periods);
        }
        List<Ending> endings = new ArrayList<>();
        counts.forEach((by, count) -> {
            if (count > 0) {
                endings.add(new Ending(by, count, Means.share(count, periods)));
            }
        });
        endings.sort(Comparator.comparingInt(Ending::count).reversed().thenComparing(Ending::by));
        return new FlowEndings(List.copyOf(endings), 0);
    }
}
