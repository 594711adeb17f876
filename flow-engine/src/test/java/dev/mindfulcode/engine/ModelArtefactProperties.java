package dev.mindfulcode.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.engine.ModelArtefact.MalformedModelException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ModelArtefactProperties {
    private static final Thresholds THRESHOLDS = new Thresholds(0.8f, 0.6f, 0.1f);

    static FlowModel network(long seed) {
        Random random = new Random(seed);
        float[] weights = new float[NetworkModel.WEIGHTS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.7f;
        }
        NetworkModel.project(weights);
        return ModelArtefact.network(
                "network-" + seed,
                new float[] {0.5f, 0.6f, 0.5f, 0.3f, 0.5f},
                new float[] {0.1f, 0.2f, 0.1f, 0.2f, 0.1f},
                weights,
                1.3f,
                THRESHOLDS);
    }

    static FlowModel logistic() {
        return ModelArtefact.logistic(
                "logistic-1",
                new float[] {0.5f, 0.6f, 0.5f, 0.3f, 0.5f},
                new float[] {0.1f, 0.2f, 0.1f, 0.2f, 0.1f},
                new float[] {0.2f, 0.9f, 0.1f, -0.3f, 0.1f, 0.4f},
                1f,
                THRESHOLDS);
    }

    @Property(tries = 300)
    void aModelReadBackGivesTheSameBits(
            @ForAll long seed,
            @ForAll @FloatRange(max = 1) float rhythm,
            @ForAll @FloatRange(max = 1) float focus,
            @ForAll @FloatRange(max = 1) float penalty) {
        FlowReading features = new FlowReading();
        features.setFeatures(rhythm, focus, 0.4f, penalty, 0.5f);
        for (FlowModel model : new FlowModel[] {network(seed), logistic(), FlowModel.builtIn()}) {
            FlowModel back = ModelArtefact.decode(ModelArtefact.encode(model));
            assertThat(back.id()).isEqualTo(model.id());
            assertThat(back.thresholds()).isEqualTo(model.thresholds());
            assertThat(back.intensity(features))
                    .isEqualTo(model.intensity(features))
                    .isBetween(0f, 1f);
        }
    }

    /** By construction, so for any weights and not only trained ones. */
    @Property(tries = 2_000)
    void noNetworkRisesWithTheErrorPenalty(
            @ForAll long seed,
            @ForAll @FloatRange(max = 1) float rhythm,
            @ForAll @FloatRange(max = 1) float focus,
            @ForAll @FloatRange(max = 1) float lower,
            @ForAll @FloatRange(max = 1) float more) {
        FlowModel model = network(seed);
        FlowReading features = new FlowReading();
        features.setFeatures(rhythm, focus, 0.4f, lower, 0.5f);
        float before = model.intensity(features);
        features.setFeatures(rhythm, focus, 0.4f, Math.min(lower + more, 1), 0.5f);
        assertThat(model.intensity(features)).isLessThanOrEqualTo(before + 1e-6f);
    }

    @Property(tries = 500)
    void aFlippedBitIsRefused(@ForAll @IntRange(min = 0, max = 1_000_000) int at, @ForAll @IntRange(max = 7) int bit) {
        byte[] bytes = ModelArtefact.encode(network(1));
        bytes[at % bytes.length] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> ModelArtefact.decode(bytes)).isInstanceOf(MalformedModelException.class);
    }

    @Property
    void anyOtherBytesAreRefused(@ForAll byte[] bytes) {
        assertThatThrownBy(() -> ModelArtefact.decode(bytes)).isInstanceOf(MalformedModelException.class);
    }

    @Test
    void weightsThatLetIntensityRiseWithErrorsAreRefused() {
        assertThatThrownBy(() -> ModelArtefact.logistic(
                        "bad",
                        new float[5],
                        new float[] {1, 1, 1, 1, 1},
                        new float[] {0, 0, 0, 1, 0, 0},
                        1,
                        THRESHOLDS))
                .hasMessageContaining("rise with errors");
        float[] weights = new float[NetworkModel.WEIGHTS];
        weights[FlowModel.ERROR_PENALTY] = 1;
        assertThatThrownBy(() ->
                        ModelArtefact.network("bad", new float[5], new float[] {1, 1, 1, 1, 1}, weights, 1, THRESHOLDS))
                .hasMessageContaining("rise with errors");
    }

    @Test
    void aNetworkLikesFocusWhenItsOnlyPathDoes() {
        float[] weights = new float[NetworkModel.WEIGHTS];
        weights[1] = 1; // first unit from focus
        weights[16 * 6] = 1; // second layer from the first unit
        weights[16 * 6 + 8 * 17] = 1;
        weights[16 * 6 + 8 * 17 + 4 * 9] = 1;
        FlowModel model =
                ModelArtefact.network("path", new float[5], new float[] {1, 1, 1, 1, 1}, weights, 1, THRESHOLDS);
        FlowReading features = new FlowReading();
        features.setFeatures(0, 0.75f, 0, 0, 0);
        assertThat(model.intensity(features)).isEqualTo((float) (1 / (1 + Math.exp(-0.75))));
    }
}
