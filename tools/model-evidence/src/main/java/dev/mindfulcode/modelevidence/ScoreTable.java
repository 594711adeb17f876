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

    private final List<Example> examples;
    private final Protocol protocol;
    private final Map<String, Scores> rows = new LinkedHashMap<>();
    private final Map<String, Boolean> chances = new LinkedHashMap<>();
    private final Map<String, double[]> resamples = new LinkedHashMap<>();

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
        return this;
    }

    Scores row(String name) {
        Scores row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException("no row " + name);
        }
        return row;
    }

    /** Returns the interval of the first row's pooled area minus the second's, over the same resamples of people. */
    Interval difference(String name, String other) {
        double[] a = resamples.getOrDefault(name, new double[0]);
        double[] b = resamples.getOrDefault(other, new double[0]);
        double[] differences = new double[Math.min(a.length, b.length)];
        Arrays.setAll(differences, i -> a[i] - b[i]);
        return Interval.of(differences);
    }

    String differenceSentence(String name, String other) {
        return String.format(
                Locale.ROOT,
                "%s minus %s: %+.3f (%+.3f to %+.3f)",
                name,
                other,
                row(name).pooledAuroc() - row(other).pooledAuroc(),
                difference(name, other).low(),
                difference(name, other).high());
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
