package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.PopulationPrior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final Path REAL_TYPING = Path.of("..", "..", "..", "shared", "data", "aalto136m");

    @Test
    void correctsOverconfidence() {
        List<Example> examples = new ArrayList<>();
        double[] sums = sums(40_000, examples, logit -> 0.3 + 0.4 * Trainer.sigmoid(logit));
        Calibration isotonic = IsotonicFit.fit(sums, examples);
        for (float logit = -2; logit <= 2; logit += 0.25f) {
            assertThat((double) isotonic.chance(logit))
                    .isBetween(0.3 + 0.4 * Trainer.sigmoid(logit) - 0.05, 0.3 + 0.4 * Trainer.sigmoid(logit) + 0.05);
        }
    }

    @Test
    void poolsViolatorsIntoFewKnots() {
        List<Example> falling = new ArrayList<>();
        double[] sums = sums(3_000, falling, logit -> 1 - Trainer.sigmoid(logit));
        assertThat(IsotonicFit.fit(sums, falling).chance(3f))
                .isEqualTo(IsotonicFit.fit(sums, falling).chance(-3f));
        List<Example> few = new ArrayList<>();
        assertThat(IsotonicFit.fit(sums(20, few, Trainer::sigmoid), few).chance(0f))
                .isBetween(0f, 1f);
        List<Example> tied = new ArrayList<>();
        sums(200, tied, Trainer::sigmoid);
        assertThat(IsotonicFit.fit(new double[200], tied).chance(0f)).isBetween(0.2f, 0.8f);
    }

    @Test
    void choosesIsotonicOnlyForOtherShapesThanASigmoid() {
        CalibrationRule rule = new CalibrationRule(CalibrationRule.Choice.BY_RULE);
        List<Example> stepped = new ArrayList<>();
        double[] steppedSums = sums(5_000, stepped, logit -> logit > 1 ? 0.9 : 0.2);
        assertThat(rule.isIsotonic(steppedSums, stepped)).isTrue();
        List<Example> smooth = new ArrayList<>();
        double[] smoothSums = sums(5_000, smooth, logit -> Trainer.sigmoid(0.6 * logit + 0.2));
        assertThat(rule.isIsotonic(smoothSums, smooth)).isFalse();
        List<Example> few = new ArrayList<>();
        double[] fewSums = sums(100, few, logit -> logit > 1 ? 0.9 : 0.2);
        assertThat(rule.isIsotonic(fewSums, few)).isFalse();
    }

    @Test
    void enginePriorEqualsThatOfTheSample() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(REAL_TYPING), "not run: the Aalto sample is not at " + REAL_TYPING);
        PriorFit fit = PriorFit.of(
                AaltoTyping.files(REAL_TYPING).stream().map(AaltoTyping::read).toList());
        assertThat(fit.medianMs()).isEqualTo(PopulationPrior.MEDIAN_MS);
        assertThat(Math.round(fit.lnScale() * 1_000) / 1_000.0).isEqualTo(PopulationPrior.LN_SCALE);
        assertThat(Math.round(fit.correctionRate() * 10_000) / 10_000.0).isEqualTo(PopulationPrior.CORRECTION_RATE);
    }

    private interface Truth {
        double chance(double logit);
    }

    private static double[] sums(int count, List<Example> into, Truth truth) {
        Random random = new Random(count);
        double[] sums = new double[count];
        for (int i = 0; i < count; i++) {
            sums[i] = random.nextGaussian() * 2;
            into.add(new Example(
                    "p" + i % 10, new float[5], new double[0], random.nextDouble() < truth.chance(sums[i])));
        }
        return sums;
    }
}
