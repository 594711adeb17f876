package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import dev.mindfulcode.flowengine.history.WorkHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;

/**
 * Trains a logistic model or the network: seeded Adam, class weights, decoupled weight decay, early stopping on
 * held-out people, and a calibration on the same people, chosen by {@link CalibrationRule}. The same examples and seed
 * give the same bits.
 */
final class Trainer {
    enum Kind {
        LOGISTIC,
        NETWORK
    }

    private static final int EPOCHS_MAX = 60;
    private static final int EPOCHS_WITHOUT_GAIN_MAX = 6;
    private static final int BATCH = 128;
    private static final double LEARNING_RATE = 0.003;
    private static final double WEIGHT_DECAY = 1e-3;
    private static final double STOPPING_SHARE = 0.15;
    private static final int STOPPING_PEOPLE_MIN = 2;
    private final Kind kind;
    private final ModelInputs inputs;
    private final long seed;
    private final CalibrationRule.Choice choice;

    Trainer(Kind kind, ModelInputs inputs, long seed) {
        this(kind, inputs, seed, CalibrationRule.Choice.BY_RULE);
    }

    Trainer(Kind kind, ModelInputs inputs, long seed, CalibrationRule.Choice choice) {
        this.kind = kind;
        this.inputs = inputs;
        this.seed = seed;
        this.choice = choice;
    }

    FlowModel train(String id, List<Example> examples) {
        Random random = new Random(seed);
        List<Example> fitting = new ArrayList<>();
        List<Example> stopping = new ArrayList<>();
        split(examples, random, fitting, stopping);
        float[] means = new float[inputs.count()];
        float[] deviations = new float[inputs.count()];
        statistics(fitting, means, deviations);
        float[][] x = standardised(fitting, means, deviations);
        float[][] stoppingX = standardised(stopping, means, deviations);
        float[] weights = fit(x, fitting, stoppingX, stopping, random);
        double[] sums = sums(weights, stoppingX);
        Calibration calibration;
        if (new CalibrationRule(choice).isIsotonic(sums, stopping)) {
            calibration = IsotonicFit.fit(sums, stopping);
        } else {
            LogitFit fitted = LogitFit.fit(sums, stopping);
            weights[weights.length - 1] += fitted.biasChange();
            calibration = fitted.calibration();
        }
        Thresholds anything = new Thresholds(1, 0, 0.1f);
        FlowModel model = artefact(id, means, deviations, weights, calibration, anything);
        return artefact(id, means, deviations, weights, calibration, thresholds(model, examples));
    }

    private double[] sums(float[] weights, float[][] x) {
        Gradient gradient = gradient();
        return Arrays.stream(x).mapToDouble(row -> gradient.logit(weights, row)).toArray();
    }

    private Gradient gradient() {
        return kind == Kind.LOGISTIC ? new Gradient.Logistic(inputs) : new Gradient.Network(inputs);
    }

    private FlowModel artefact(
            String id,
            float[] means,
            float[] deviations,
            float[] weights,
            Calibration calibration,
            Thresholds thresholds) {
        return kind == Kind.LOGISTIC
                ? ModelArtefact.logistic(inputs, id, means, deviations, weights, calibration, thresholds)
                : ModelArtefact.network(inputs, id, means, deviations, weights, calibration, thresholds);
    }

    private static void split(List<Example> examples, Random random, List<Example> fitting, List<Example> stopping) {
        LinkedHashSet<String> people = new LinkedHashSet<>();
        examples.forEach(example -> people.add(example.person()));
        List<String> shuffled = new ArrayList<>(people);
        java.util.Collections.shuffle(shuffled, random);
        int held = Math.max((int) Math.round(shuffled.size() * STOPPING_SHARE), STOPPING_PEOPLE_MIN);
        if (held >= shuffled.size()) {
            throw new IllegalArgumentException("training needs at least " + (STOPPING_PEOPLE_MIN + 1)
                    + " people, and there are " + shuffled.size());
        }
        java.util.Set<String> heldPeople = java.util.Set.copyOf(shuffled.subList(0, held));
        for (Example example : examples) {
            (heldPeople.contains(example.person()) ? stopping : fitting).add(example);
        }
    }

    private void statistics(List<Example> examples, float[] means, float[] deviations) {
        for (int f = 0; f < inputs.count(); f++) {
            double sum = 0;
            double squares = 0;
            for (Example example : examples) {
                float value = example.inputs(inputs)[f];
                sum += value;
                squares += (double) value * value;
            }
            double mean = sum / examples.size();
            means[f] = (float) mean;
            deviations[f] = (float) Math.max(Math.sqrt(Math.max(squares / examples.size() - mean * mean, 0)), 0.02);
        }
    }

    private float[][] standardised(List<Example> examples, float[] means, float[] deviations) {
        float[][] x = new float[examples.size()][inputs.count()];
        for (int i = 0; i < x.length; i++) {
            for (int f = 0; f < inputs.count(); f++) {
                x[i][f] = (examples.get(i).inputs(inputs)[f] - means[f]) / deviations[f];
            }
        }
        return x;
    }

    private float[] fit(
            float[][] x, List<Example> fitting, float[][] stoppingX, List<Example> stopping, Random random) {
        Gradient gradient = gradient();
        float[] weights = gradient.initial(random);
        float[] best = weights.clone();
        double bestLoss = Double.MAX_VALUE;
        double positives = fitting.stream().filter(Example::positive).count();
        double weightOfPositive = fitting.size() / (2 * Math.max(positives, 1));
        double weightOfNegative = fitting.size() / (2 * Math.max(fitting.size() - positives, 1));
        Adam adam = new Adam(weights.length, LEARNING_RATE, WEIGHT_DECAY);
        int[] order = new int[x.length];
        Arrays.setAll(order, i -> i);
        double[] sum = new double[weights.length];
        int sinceBest = 0;
        for (int epoch = 0; epoch < EPOCHS_MAX && sinceBest < EPOCHS_WITHOUT_GAIN_MAX; epoch++) {
            shuffle(order, random);
            for (int from = 0; from < order.length; from += BATCH) {
                Arrays.fill(sum, 0);
                int to = Math.min(from + BATCH, order.length);
                for (int k = from; k < to; k++) {
                    boolean positive = fitting.get(order[k]).positive();
                    double chance = sigmoid(gradient.logit(weights, x[order[k]]));
                    double error = (chance - (positive ? 1 : 0)) * (positive ? weightOfPositive : weightOfNegative);
                    gradient.add(weights, error / (to - from), sum);
                }
                adam.step(weights, sum);
                gradient.project(weights);
            }
            double loss = loss(gradient, weights, stoppingX, stopping, weightOfPositive, weightOfNegative);
            if (loss < bestLoss - 1e-5) {
                bestLoss = loss;
                best = weights.clone();
                sinceBest = 0;
            } else {
                sinceBest++;
            }
        }
        return best;
    }

    private static void shuffle(int[] order, Random random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    private static double loss(
            Gradient gradient, float[] weights, float[][] x, List<Example> examples, double positive, double negative) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double chance = Math.clamp(sigmoid(gradient.logit(weights, x[i])), 1e-7, 1 - 1e-7);
            sum -= examples.get(i).positive()
                    ? positive * StrictMath.log(chance)
                    : negative * StrictMath.log(1 - chance);
        }
        return sum / x.length;
    }

    /** Returns the shares that count as flow, of training instants: commands, where there are no keystroke streams. */
    private static Thresholds thresholds(FlowModel model, List<Example> examples) {
        double[] scores = scores(model, examples);
        Arrays.sort(scores);
        return Thresholds.of(share -> (float) scores[(int) ((scores.length - 1) * (1 - share))]);
    }

    static double[] scores(FlowModel model, List<Example> examples) {
        FlowReading reading = new FlowReading();
        double[] scores = new double[examples.size()];
        for (int i = 0; i < scores.length; i++) {
            float[] f = examples.get(i).features();
            reading.setFeatures(f[0], f[1], f[2], f[3], f[4]);
            System.arraycopy(examples.get(i).history(), 0, reading.history(), 0, WorkHistory.FEATURES);
            scores[i] = model.intensity(reading);
        }
        return scores;
    }

    static double sigmoid(double logit) {
        return 1 / (1 + StrictMath.exp(-logit));
    }

    /** Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019). */
    private static final class Adam {
        private final double[] first;
        private final double[] second;
        private final double rate;
        private final double decay;
        private double firstPower = 1;
        private double secondPower = 1;

        Adam(int length, double rate, double decay) {
            this.first = new double[length];
            this.second = new double[length];
            this.rate = rate;
            this.decay = decay;
        }

        void step(float[] weights, double[] gradient) {
            firstPower *= 0.9;
            secondPower *= 0.999;
            for (int i = 0; i < weights.length; i++) {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
                double move = first[i] / (1 - firstPower) / (Math.sqrt(second[i] / (1 - secondPower)) + 1e-8);
                weights[i] -= (float) (rate * (move + decay * weights[i]));
            }
        }
    }
}
