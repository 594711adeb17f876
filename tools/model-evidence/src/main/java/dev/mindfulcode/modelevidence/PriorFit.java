package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.PopulationPrior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The population prior of a sample of typists. Each person weighs the same, however much they typed.
 *
 * @param people who typed two keys inside a burst
 * @param intervals inside bursts
 * @param medianMs of everybody's intervals
 * @param lnScale of a log-logistic distribution with their quartiles
 * @param medianSpreadLn deviation between the logarithms of people's own medians
 * @param sampleCorrectionRate mean over people of deletions and undos per keystroke
 */
record PriorFit(
        int people,
        int intervals,
        double medianMs,
        double lnScale,
        double medianSpreadLn,
        double sampleCorrectionRate) {
    /** Where a burst ends: longer intervals are pauses, which the engine's histograms do not hold. */
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
                // The quartiles of a log-logistic distribution lie scale × ln 3 from its median, in ln.
                StrictMath.log(upper / lower) / (2 * StrictMath.log(3)),
                deviation(lnMedians),
                rates / people);
    }

    /** Returns the rate for programmers, of whom there is no sample: halfway, in ln, from copying to composing. */
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
