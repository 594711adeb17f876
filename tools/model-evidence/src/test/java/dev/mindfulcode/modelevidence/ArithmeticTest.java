package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.ModelInputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArithmeticTest {

    @Test
    void areaIsTheShareOfOrderedPairsWithTiesAsHalf() {
        Random random = new Random(4);
        double[] scores =
                random.doubles(300).map(s -> Math.round(s * 20) / 20.0).toArray();
        List<Example> examples = new ArrayList<>();
        for (double score : scores) {
            examples.add(example("p", random.nextDouble() < score));
        }
        double won = 0;
        double pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (examples.get(i).positive() && !examples.get(j).positive()) {
                    pairs++;
                    won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        Scores row = Scores.of(examples, scores);
        assertThat(row.pooledAuroc()).isCloseTo(won / pairs, within(1e-12));
        assertThat(row.meanAurocPerPerson()).isCloseTo(won / pairs, within(1e-12));
    }

    @Test
    void perfectAndInvertedScoresHaveAreasOneAndZero() {
        List<Example> examples =
                List.of(example("a", false), example("a", true), example("b", true), example("b", false));
        assertThat(Scores.of(examples, new double[] {0, 1, 1, 0}).pooledAuroc()).isEqualTo(1);
        assertThat(Scores.of(examples, new double[] {1, 0, 0, 1}).pooledAuroc()).isZero();
        assertThat(Scores.of(examples, new double[] {0.2, 0.2, 0.9, 0.9}).pooledAuroc())
                .isEqualTo(0.5);
    }

    @Test
    void calibratedScoresHaveNoCalibrationError() {
        List<Example> examples = new ArrayList<>();
        double[] scores = new double[100];
        for (int i = 0; i < 100; i++) {
            examples.add(example("p", i % 4 == 0));
            scores[i] = 0.25;
        }
        Scores row = Scores.of(examples, scores);
        assertThat(row.calibrationError()).isCloseTo(0, within(1e-12));
        assertThat(row.brier()).isCloseTo(0.1875, within(1e-12));
        Arrays.fill(scores, 0.75);
        assertThat(Scores.of(examples, scores).calibrationError()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void noPersonIsInTrainingAndTest() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            examples.add(example("p" + i % 37, i % 3 == 0));
        }
        HeldOut held = new HeldOut(examples, 10);
        Set<String> scored = new HashSet<>();
        held.scores(others -> {
            Set<String> trained =
                    new HashSet<>(others.stream().map(Example::person).toList());
            return own -> own.stream()
                    .mapToDouble(example -> {
                        scored.add(example.person());
                        assertThat(trained).doesNotContain(example.person());
                        return 0;
                    })
                    .toArray();
        });
        assertThat(scored).hasSize(37);
    }

    @Test
    void gradientEqualsFiniteDifferences() {
        gradientEqualsFiniteDifferences(ModelInputs.SCORES);
        gradientEqualsFiniteDifferences(ModelInputs.HISTORY);
    }

    private static void gradientEqualsFiniteDifferences(ModelInputs inputs) {
        Gradient.Network gradient = new Gradient.Network(inputs);
        Random random = new Random(3);
        float[] weights = gradient.initial(random);
        int compared = 0;
        int all = 0;
        for (int round = 0; round < 20; round++) {
            float[] x = new float[inputs.count()];
            for (int i = 0; i < x.length; i++) {
                x[i] = gaussian(random);
            }
            double here = gradient.logit(weights, x);
            double[] sum = new double[weights.length];
            gradient.add(weights, 1, sum);
            for (int i = 0; i < weights.length; i += 3) {
                float step = 1e-2f;
                float original = weights[i];
                weights[i] = original + step;
                double up = (gradient.logit(weights, x) - here) / step;
                weights[i] = original - step;
                double down = (here - gradient.logit(weights, x)) / step;
                weights[i] = original;
                all++;
                if (Math.abs(up - down) < 1e-2) { // no kink of a rectified unit within the step
                    compared++;
                    assertThat(sum[i]).isCloseTo((up + down) / 2, within(2e-2));
                }
            }
        }
        assertThat(compared).isGreaterThan(all * 8 / 10);
    }

    @Test
    void modelsLearnLabelsButNotShuffledLabels() {
        Random random = new Random(5);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            float[] features = {
                random.nextFloat(), random.nextFloat(), random.nextFloat(), random.nextFloat(), random.nextFloat()
            };
            double chance = Trainer.sigmoid(6 * (features[1] - 0.5) - 3 * (features[3] - 0.5));
            examples.add(new Example("p" + i % 20, features, new double[0], random.nextDouble() < chance));
        }
        HeldOut held = new HeldOut(examples, 5);
        for (Trainer.Kind kind : Trainer.Kind.values()) {
            Scores learned = Scores.of(examples, held.modelScores(kind, ModelInputs.SCORES, 1));
            assertThat(learned.pooledAuroc()).as("%s", kind).isGreaterThan(0.78);
            assertThat(learned.calibrationError()).as("%s", kind).isLessThan(0.08);
            assertThat(Scores.of(examples, held.shuffledLabelScores(kind, ModelInputs.SCORES, 1))
                            .pooledAuroc())
                    .isBetween(0.42, 0.58);
        }
    }

    @Test
    void correlationsAndRanksEqualKnownValues() {
        double[] x = {1, 2, 3, 4, Double.NaN};
        assertThat(AaltoInvariance.correlation(x, new double[] {2, 4, 6, 8, 1})).isCloseTo(1, within(1e-12));
        assertThat(AaltoInvariance.correlation(x, new double[] {1, -1, -1, 1, 1}))
                .isCloseTo(0, within(1e-12));
        assertThat(AaltoInvariance.ranks(new double[] {30, 10, 20})).containsExactly(2, 0, 1);
    }

    private static float gaussian(Random random) {
        return (float) random.nextGaussian();
    }

    private static Example example(String person, boolean positive) {
        return new Example(person, new float[5], new double[0], positive);
    }
}
