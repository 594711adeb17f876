package dev.mindfulcode.modelevidence;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A table of scores of the same examples, with intervals over people. */
final class ScoreTable {
    /** The middle 95 % of resamples. */
    record Interval(double low, double high) {
        static Interval of(double[] resampled) {
            double[] sorted = Arrays.stream(resampled)
                    .filter(value -> !Double.isNaN(value))
                    .sorted()
                    .toArray();
            return sorted.length == 0
                    ? new Interval(Double.NaN, Double.NaN)
                    : new Interval(sorted[(int) (sorted.length * 0.025)], sorted[(int) (sorted.length * 0.975)]);
        }

        boolean isAbove(double value) {
            return low > value;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f to %.3f", low, high);
        }
    }

    private static final double[] NONE = {};

    private final List<Example> examples;
    private final Protocol protocol;
    private final Map<String, Scores> rows = new LinkedHashMap<>();
    private final Map<String, Boolean> chances = new LinkedHashMap<>();
    private final Map<String, double[]> resamples = new LinkedHashMap<>();
    private final Map<String, double[]> withinResamples = new LinkedHashMap<>();

    ScoreTable(List<Example> examples, Protocol protocol) {
        this.examples = examples;
        this.protocol = protocol;
    }

    /** Adds a row of probabilities, with Brier score, calibration error and balanced accuracy. */
    ScoreTable chances(String name, double[] scores) {
        return add(name, scores, true);
    }

    /** Adds a row of ranks. */
    ScoreTable ranks(String name, double[] scores) {
        return add(name, scores, false);
    }

    private ScoreTable add(String name, double[] scores, boolean chance) {
        Scores row = Scores.of(examples, scores);
        rows.put(name, row);
        chances.put(name, chance);
        resamples.put(
                name, row.bootstrapAuroc(protocol.whole("bootstrap.resamples"), protocol.whole("bootstrap.seed")));
        withinResamples.put(
                name,
                row.bootstrapAurocPerPerson(protocol.whole("bootstrap.resamples"), protocol.whole("bootstrap.seed")));
        return this;
    }

    List<String> names() {
        return List.copyOf(rows.keySet());
    }

    Scores row(String name) {
        Scores row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException("no row " + name);
        }
        return row;
    }

    /**
     * A paired difference of two rows with its interval over the same resamples of people.
     */
    record Gain(double value, Interval interval) {
        boolean isAbove() {
            return interval.isAbove(0);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%+.3f (%+.3f to %+.3f)", value, interval.low(), interval.high());
        }
    }

    /** Returns the first row's pooled area minus the second's. */
    Gain pooledGain(String name, String other) {
        return new Gain(
                row(name).pooledAuroc() - row(other).pooledAuroc(),
                difference(resamples.getOrDefault(name, NONE), resamples.getOrDefault(other, NONE)));
    }

    /** Returns the first row's mean area within people minus the second's. */
    Gain withinGain(String name, String other) {
        return new Gain(
                row(name).meanAurocPerPerson() - row(other).meanAurocPerPerson(),
                difference(withinResamples.getOrDefault(name, NONE), withinResamples.getOrDefault(other, NONE)));
    }

    /** Returns the second row's Brier score minus the first's, so that more is better. */
    Gain brierGain(String name, String other) {
        int count = protocol.whole("bootstrap.resamples");
        long seed = protocol.whole("bootstrap.seed");
        return new Gain(
                row(other).brier() - row(name).brier(),
                difference(row(other).bootstrapBrier(count, seed), row(name).bootstrapBrier(count, seed)));
    }

    private static Interval difference(double[] a, double[] b) {
        double[] differences = new double[Math.min(a.length, b.length)];
        Arrays.setAll(differences, i -> a[i] - b[i]);
        return Interval.of(differences);
    }

    String markdown() {
        StringBuilder text = new StringBuilder(
                "| scored by | AUROC pooled (95 % over people) | AUROC mean per person | balanced accuracy | Brier"
                        + " | ECE |\n"
                        + "| --- | --- | --- | --- | --- | --- |\n");
        rows.forEach((name, row) -> {
            boolean chance = chances.getOrDefault(name, false);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.3f (%s) | %s | %s | %s | %s |%n",
                    name,
                    row.pooledAuroc(),
                    Interval.of(resamples.getOrDefault(name, new double[0])),
                    number(row.meanAurocPerPerson()),
                    chance ? number(row.balancedAccuracy(protocol.number("positive.from"))) : "–",
                    chance ? number(row.brier()) : "–",
                    chance ? number(row.calibrationError()) : "–"));
        });
        return text.toString();
    }

    /** Returns a warning that names rows with implausible areas. */
    String leakWarning() {
        double leak = protocol.number("leak.from");
        List<String> suspects = rows.entrySet().stream()
                .filter(row -> row.getValue().pooledAuroc() > leak)
                .map(Map.Entry::getKey)
                .toList();
        return suspects.isEmpty()
                ? "No row is above " + leak + "."
                : "**Above " + leak + ", so a leak until proved otherwise:** " + String.join(", ", suspects) + ".";
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.3f", value);
    }
}
