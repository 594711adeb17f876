package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.PopulationPrior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The population prior of a sample of typists, with equal weight per person.
 *
 * @param people number of people with two keys inside a burst
 * @param intervals number of intervals inside bursts
 * @param medianMs median interval
 * @param lnScale scale of a log-logistic distribution with the sample's quartiles
 * @param medianSpreadLn deviation of the logarithms of the people's medians
 * @param sampleCorrectionRate mean over people of deletions and undos per keystroke
 */
record PriorFit(
        int people,
        int intervals,
        double medianMs,
        double lnScale,
        double medianSpreadLn,
        double sampleCorrectionRate) {
    /** Bound of intervals inside a burst; longer ones are pauses. */
    private static final int BURST_BOUND_MS = 2_000;

    private record Weighted(int intervalMs, double weight) {}

    static PriorFit of(List<AaltoTyping> everybody) {
        List<Weighted> pooled = new ArrayList<>();
        List<Double> lnMedians = new ArrayList<>();
        double rates = 0;
        for (AaltoTyping typing : everybody) {
            int[] intervals = intervals(typing);
            if (intervals.length == 0) {
                continue;
            }
            Arrays.sort(intervals);
            for (int interval : intervals) {
                pooled.add(new Weighted(interval, 1.0 / intervals.length));
            }
            double median = (intervals[(intervals.length - 1) / 2] + intervals[intervals.length / 2]) / 2.0;
            lnMedians.add(StrictMath.log(Math.max(median, 1)));
            rates += correctionRate(typing);
        }
        int people = lnMedians.size();
        if (people < 2) {
            throw new IllegalArgumentException("a spread between people needs at least two who typed");
        }
        pooled.sort(java.util.Comparator.comparingInt(Weighted::intervalMs));
        double lower = Math.max(quantile(pooled, people, 0.25), 1);
        double upper = Math.max(quantile(pooled, people, 0.75), lower);
        return new PriorFit(
                people,
                pooled.size(),
                quantile(pooled, people, 0.5),
                // The quartiles of a log-logistic distribution are scale × ln 3 from its median, in ln.
                StrictMath.log(upper / lower) / (2 * StrictMath.log(3)),
                deviation(lnMedians),
                rates / people);
    }

    /** Returns the rate for programmers, estimated as the geometric mean of copying and composing. */
    double correctionRate() {
        return Math.sqrt(sampleCorrectionRate * PopulationPrior.COMPOSITION_CORRECTION_RATE);
    }

    private static int[] intervals(AaltoTyping typing) {
        return typing.sections().stream()
                .flatMapToInt(section -> {
                    long[] at = section.atMs();
                    return java.util.stream.IntStream.range(1, at.length)
                            .filter(i -> at[i] - at[i - 1] < BURST_BOUND_MS)
                            .map(i -> (int) (at[i] - at[i - 1]));
                })
                .toArray();
    }

    private static double correctionRate(AaltoTyping typing) {
        int keys = 0;
        int corrections = 0;
        for (AaltoTyping.Section section : typing.sections()) {
            for (byte keyClass : section.keyClasses()) {
                keys++;
                corrections += keyClass == EngineCodes.DELETE || keyClass == EngineCodes.UNDO ? 1 : 0;
            }
        }
        return (double) corrections / keys;
    }

    private static double quantile(List<Weighted> sorted, double total, double share) {
        double below = 0;
        for (Weighted one : sorted) {
            below += one.weight;
            if (below >= share * total) {
                return one.intervalMs;
            }
        }
        return sorted.getLast().intervalMs;
    }

    private static double deviation(List<Double> values) {
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return Math.sqrt(squares / (values.size() - 1));
    }
}
