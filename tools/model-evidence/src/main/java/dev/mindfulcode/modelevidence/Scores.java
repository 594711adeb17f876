package dev.mindfulcode.modelevidence;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * The discrimination and calibration of scores.
 *
 * @param people index of the person of each score
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the ten thousand
record Scores(double[] scores, boolean[] positive, int[] people, int peopleCount) {
    static final int CALIBRATION_BINS = 10;

    static Scores of(List<Example> examples, double[] scores) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        boolean[] positive = new boolean[scores.length];
        int[] people = new int[scores.length];
        for (int i = 0; i < scores.length; i++) {
            positive[i] = examples.get(i).positive();
            people[i] = ids.computeIfAbsent(examples.get(i).person(), _ -> ids.size());
        }
        return new Scores(scores, positive, people, ids.size());
    }

    /** Returns indices by ascending score. */
    int[] order() {
        Integer[] boxed = new Integer[scores.length];
        Arrays.setAll(boxed, i -> i);
        Arrays.sort(boxed, (a, b) -> Double.compare(scores[a], scores[b]));
        return Arrays.stream(boxed).mapToInt(Integer::intValue).toArray();
    }

    /** Returns the area under the ROC curve over all examples; ties count half. */
    double pooledAuroc() {
        double[] ones = new double[peopleCount];
        Arrays.fill(ones, 1);
        return weightedAuroc(order(), ones);
    }

    private double weightedAuroc(int[] order, double[] weightOfPerson) {
        double below = 0;
        double won = 0;
        double positives = 0;
        for (int i = 0; i < order.length; ) {
            double tiedNegatives = 0;
            double tiedPositives = 0;
            double score = scores[order[i]];
            for (; i < order.length && scores[order[i]] == score; i++) {
                double weight = weightOfPerson[people[order[i]]];
                if (positive[order[i]]) {
                    tiedPositives += weight;
                } else {
                    tiedNegatives += weight;
                }
            }
            won += tiedPositives * (below + tiedNegatives / 2);
            below += tiedNegatives;
            positives += tiedPositives;
        }
        return positives == 0 || below == 0 ? Double.NaN : won / (positives * below);
    }

    /** Returns the mean area within people who have both labels. */
    double meanAurocPerPerson() {
        return Arrays.stream(aurocByPerson())
                .filter(area -> !Double.isNaN(area))
                .average()
                .orElse(Double.NaN);
    }

    /** Returns the area within each person, NaN without both labels. */
    double[] aurocByPerson() {
        int[] order = order();
        Map<Integer, int[]> byPerson = new HashMap<>();
        int[] counts = new int[peopleCount];
        for (int person : people) {
            counts[person]++;
        }
        for (int person = 0; person < peopleCount; person++) {
            byPerson.put(person, new int[counts[person]]);
        }
        int[] filled = new int[peopleCount];
        for (int i : order) {
            int person = people[i];
            byPerson.getOrDefault(person, order)[filled[person]++] = i;
        }
        double[] ones = new double[peopleCount];
        Arrays.fill(ones, 1);
        double[] areas = new double[peopleCount];
        byPerson.forEach((person, own) -> areas[person] = weightedAuroc(own, ones));
        return areas;
    }

    /**
     * Returns the pooled areas of resamples of people; a seed draws the same people, so rows can be subtracted.
     */
    double[] bootstrapAuroc(int resamples, long seed) {
        int[] order = order();
        return bootstrap(resamples, seed, weights -> weightedAuroc(order, weights));
    }

    /** Returns the mean areas within people of the same resamples. */
    double[] bootstrapAurocPerPerson(int resamples, long seed) {
        double[] areas = aurocByPerson();
        return bootstrap(resamples, seed, weights -> {
            double sum = 0;
            double all = 0;
            for (int person = 0; person < peopleCount; person++) {
                if (!Double.isNaN(areas[person])) {
                    sum += weights[person] * areas[person];
                    all += weights[person];
                }
            }
            return sum / all;
        });
    }

    /** Returns the Brier scores of the same resamples. */
    double[] bootstrapBrier(int resamples, long seed) {
        double[] errors = new double[peopleCount];
        double[] counts = new double[peopleCount];
        for (int i = 0; i < scores.length; i++) {
            errors[people[i]] += squaredError(i);
            counts[people[i]]++;
        }
        return bootstrap(resamples, seed, weights -> {
            double sum = 0;
            double all = 0;
            for (int person = 0; person < peopleCount; person++) {
                sum += weights[person] * errors[person];
                all += weights[person] * counts[person];
            }
            return sum / all;
        });
    }

    private double[] bootstrap(int resamples, long seed, ToDoubleFunction<double[]> statistic) {
        Random random = new Random(seed);
        double[] values = new double[resamples];
        for (int r = 0; r < resamples; r++) {
            double[] weights = new double[peopleCount];
            for (int i = 0; i < peopleCount; i++) {
                weights[random.nextInt(peopleCount)]++;
            }
            values[r] = statistic.applyAsDouble(weights);
        }
        return values;
    }

    private double squaredError(int i) {
        double error = scores[i] - (positive[i] ? 1 : 0);
        return error * error;
    }

    /** Returns the balanced accuracy of a threshold. */
    double balancedAccuracy(double threshold) {
        double[] hits = new double[2];
        double[] all = new double[2];
        for (int i = 0; i < scores.length; i++) {
            int label = positive[i] ? 1 : 0;
            all[label]++;
            hits[label] += (scores[i] >= threshold) == positive[i] ? 1 : 0;
        }
        return (hits[0] / all[0] + hits[1] / all[1]) / 2;
    }

    double brier() {
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            sum += squaredError(i);
        }
        return sum / scores.length;
    }

    /** One bin of equal width of the calibration curve. */
    record Bin(int count, double meanScore, double positiveRate) {}

    Bin[] calibration() {
        double[] sums = new double[CALIBRATION_BINS];
        double[] positives = new double[CALIBRATION_BINS];
        int[] counts = new int[CALIBRATION_BINS];
        for (int i = 0; i < scores.length; i++) {
            int bin = (int) Math.clamp(scores[i] * CALIBRATION_BINS, 0, CALIBRATION_BINS - 1);
            sums[bin] += scores[i];
            positives[bin] += positive[i] ? 1 : 0;
            counts[bin]++;
        }
        Bin[] bins = new Bin[CALIBRATION_BINS];
        for (int i = 0; i < bins.length; i++) {
            bins[i] = new Bin(
                    counts[i], counts[i] == 0 ? 0 : sums[i] / counts[i], counts[i] == 0 ? 0 : positives[i] / counts[i]);
        }
        return bins;
    }

    /** Returns the expected calibration error over ten bins of equal width. */
    double calibrationError() {
        double sum = 0;
        for (Bin bin : calibration()) {
            sum += bin.count() * Math.abs(bin.meanScore() - bin.positiveRate());
        }
        return sum / scores.length;
    }

    double prevalence() {
        int positives = 0;
        for (boolean label : positive) {
            positives += label ? 1 : 0;
        }
        return (double) positives / positive.length;
    }
}
