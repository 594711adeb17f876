package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
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
        float[] weights = new float[ModelInputs.SCORES.networkWeights()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.7f;
        }
        NetworkModel.project(ModelInputs.SCORES, weights);
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
                ModelInputs.SCORES,
                "logistic-1",
                new float[] {0.5f, 0.6f, 0.5f, 0.3f, 0.5f},
                new float[] {0.1f, 0.2f, 0.1f, 0.2f, 0.1f},
                new float[] {0.2f, 0.9f, 0.1f, -0.3f, 0.1f, 0.4f},
                new Calibration.Temperature(1),
                THRESHOLDS);
    }

    /** The network of the seed with an isotonic calibration. */
    static FlowModel isotonic(long seed) {
        Random random = new Random(seed);
        int knots = 1 + random.nextInt(Calibration.Isotonic.KNOTS_MAX);
        NetworkModel network = (NetworkModel) network(seed);
        return ModelArtefact.network(
                ModelInputs.SCORES,
                "isotonic-" + seed,
                network.scale().means(),
                network.scale().deviations(),
                network.weights(),
                new Calibration.Isotonic(rising(random, knots), rising(random, knots)),
                THRESHOLDS);
    }

    /** A network over the work history with any weights that its signs allow. */
    static FlowModel ofHistory(long seed) {
        Random random = new Random(seed);
        ModelInputs inputs = ModelInputs.HISTORY;
        float[] weights = new float[inputs.networkWeights()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.5f;
        }
        NetworkModel.project(inputs, weights);
        float[] deviations = new float[inputs.count()];
        java.util.Arrays.fill(deviations, 0.5f + random.nextFloat());
        int knots = random.nextInt(Calibration.Isotonic.KNOTS_MAX + 1);
        Calibration calibration = knots == 0
                ? new Calibration.Temperature(1.2f)
                : new Calibration.Isotonic(rising(random, knots), rising(random, knots));
        return ModelArtefact.network(
                inputs, "history-" + seed, new float[inputs.count()], deviations, weights, calibration, THRESHOLDS);
    }

    /** Holds for any weights: silence lowers presence and rates and raises the times since, so never the intensity. */
    @Property(tries = 2_000)
    void intensityOfAHistoryNeverMovesAgainstASign(
            @ForAll long seed, @ForAll @IntRange(max = 14) int input, @ForAll @FloatRange(max = 5) float more) {
        FlowModel model = ofHistory(seed);
        Random random = new Random(~seed);
        FlowReading reading = new FlowReading();
        for (int i = 0; i < reading.history().length; i++) {
            reading.history()[i] = random.nextFloat() * 6 - 1;
        }
        float before = model.intensity(reading);
        reading.history()[input] += more;
        float change = (model.intensity(reading) - before) * ModelInputs.HISTORY.sign(input);
        assertThat(change).isGreaterThanOrEqualTo(-1e-6f);
    }

    @Property(tries = 300)
    void decodedModelOfAHistoryGivesTheSameBits(@ForAll long seed) throws java.io.IOException {
        FlowModel model = ofHistory(seed);
        FlowModel back = ModelArtefact.decodeAnyVersion(ModelArtefact.encode(model));
        assertThat(ModelArtefact.encode(back)).isEqualTo(ModelArtefact.encode(model));
        assertThat(back.inputs()).isEqualTo(ModelInputs.HISTORY);
        String text = ModelProperties.format(model);
        assertThat(ModelArtefact.encode(ModelProperties.read(new java.io.StringReader(text))))
                .isEqualTo(ModelArtefact.encode(model));
    }

    @Test
    void refusesAModelOfOtherFeaturesInWords() {
        FlowModel other = logistic();
        assertThatThrownBy(() -> ModelArtefact.decode(ModelArtefact.encode(other)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("trained on features of version 1, this engine computes version 2;"
                        + " of what mindful train writes, publish a model over the history");
    }

    private static float[] rising(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        java.util.Arrays.sort(values);
        for (int i = 1; i < count; i++) {
            values[i] = Math.max(values[i], Math.nextUp(values[i - 1]));
        }
        return values;
    }

    @Property(tries = 2_000)
    void isotonicCalibrationIsMonotoneWithinItsKnots(
            @ForAll long seed,
            @ForAll @FloatRange(min = -20, max = 20) float sum,
            @ForAll @IntRange(max = 40) int ulps) {
        Random random = new Random(seed);
        int knots = 1 + random.nextInt(Calibration.Isotonic.KNOTS_MAX);
        float[] chances = rising(random, knots);
        Calibration calibration = new Calibration.Isotonic(rising(random, knots), chances);

        float chance = calibration.chance(sum);
        assertThat(chance).isBetween(chances[0], chances[knots - 1]);
        assertThat(calibration.chance(sum + ulps * Math.ulp(sum))).isGreaterThanOrEqualTo(chance);
        assertThat(calibration.chance(sum + random.nextFloat() * 5)).isGreaterThanOrEqualTo(chance);
    }

    /** Rounding could make it fall between close knots. */
    @Property(tries = 500)
    void isotonicCalibrationIsMonotoneBetweenCloseKnots(@ForAll long seed) {
        Random random = new Random(seed);
        float[] raw = {0.5f - random.nextFloat() * 1e-5f, 0.5f, 0.5f + random.nextFloat() * 1e-5f + 1e-7f};
        raw[0] = Math.min(raw[0], Math.nextDown(0.5f));
        Calibration calibration = new Calibration.Isotonic(raw, rising(random, 3));
        float before = 0;
        for (float sum = -6e-5f; sum < 6e-5f; sum += 1e-7f) {
            float chance = calibration.chance(sum);
            assertThat(chance).isGreaterThanOrEqualTo(before);
            before = chance;
        }
    }

    @Test
    void rejectsInvalidKnots() {
        float[][][] bad = {
            {{0.5f, 0.4f}, {0.1f, 0.2f}},
            {{0.5f, 0.5f}, {0.1f, 0.2f}},
            {{0.4f, 0.5f}, {0.2f, 0.1f}},
            {{0.4f, 0.5f}, {0.2f}},
            {{-0.1f}, {0.2f}},
            {{0.1f}, {1.1f}},
            {{Float.NaN}, {0.2f}},
            {{0.1f, 0.2f}, {0.1f, Float.NaN}},
            {{}, {}},
            {new float[33], new float[33]}
        };
        for (float[][] knots : bad) {
            assertThatThrownBy(() -> new Calibration.Isotonic(knots[0], knots[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Older engines read format 1 only. */
    @Test
    void writesTemperatureInFormat1AndKnotsInFormat2() {
        assertThat(ModelArtefact.encode(network(1))[4]).isEqualTo((byte) 1);
        assertThat(ModelArtefact.encode(isotonic(3))[4]).isEqualTo((byte) 2);
        assertThat(ModelArtefact.encode(isotonic(3)).length).isLessThan(2_048);
    }

    @Property(tries = 300)
    void decodedModelGivesTheSameBits(
            @ForAll long seed,
            @ForAll @FloatRange(max = 1) float rhythm,
            @ForAll @FloatRange(max = 1) float focus,
            @ForAll @FloatRange(max = 1) float penalty) {
        FlowReading features = new FlowReading();
        features.setFeatures(rhythm, focus, 0.4f, penalty, 0.5f);
        for (FlowModel model : new FlowModel[] {
            network(seed), logistic(), isotonic(seed), FlowModel.builtIn(), FlowModel.formulaBaseline()
        }) {
            FlowModel back = ModelArtefact.decodeAnyVersion(ModelArtefact.encode(model));
            assertThat(back.id()).isEqualTo(model.id());
            assertThat(back.thresholds()).isEqualTo(model.thresholds());
            assertThat(back.intensity(features))
                    .isEqualTo(model.intensity(features))
                    .isBetween(0f, 1f);
        }
    }

    /** Holds for any weights, not only trained ones. */
    @Property(tries = 2_000)
    void intensityNeverRisesWithTheErrorPenalty(
            @ForAll long seed,
            @ForAll @FloatRange(max = 1) float rhythm,
            @ForAll @FloatRange(max = 1) float focus,
            @ForAll @FloatRange(max = 1) float lower,
            @ForAll @FloatRange(max = 1) float more) {
        for (FlowModel model : new FlowModel[] {network(seed), isotonic(seed)}) {
            FlowReading features = new FlowReading();
            features.setFeatures(rhythm, focus, 0.4f, lower, 0.5f);
            float before = model.intensity(features);
            features.setFeatures(rhythm, focus, 0.4f, Math.min(lower + more, 1), 0.5f);
            assertThat(model.intensity(features)).isLessThanOrEqualTo(before + 1e-6f);
        }
    }

    @Property(tries = 500)
    void rejectsAFlippedBit(@ForAll @IntRange(min = 0, max = 1_000_000) int at, @ForAll @IntRange(max = 7) int bit) {
        for (FlowModel model : new FlowModel[] {network(1), isotonic(1)}) {
            byte[] bytes = ModelArtefact.encode(model);
            bytes[at % bytes.length] ^= (byte) (1 << bit);
            assertThatThrownBy(() -> ModelArtefact.decode(bytes)).isInstanceOf(MalformedModelException.class);
        }
    }

    /** Bytes with a valid checksum are a valid model or rejected; nothing else is thrown. */
    @Property(tries = 5_000)
    void rejectsOrAcceptsMangledBytesWithAValidChecksum(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = ModelArtefact.encode(random.nextBoolean() ? network(seed) : isotonic(seed));
        int length = random.nextInt(4) == 0 ? 12 + random.nextInt(bytes.length) : bytes.length;
        byte[] mangled = java.util.Arrays.copyOf(bytes, length);
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            int upTo = random.nextBoolean() ? Math.min(70, length - 4) : length - 4;
            mangled[random.nextInt(upTo)] = (byte) random.nextInt();
        }
        java.util.zip.CRC32 checksum = new java.util.zip.CRC32();
        checksum.update(mangled, 0, length - 4);
        java.nio.ByteBuffer.wrap(mangled)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt(length - 4, (int) checksum.getValue());
        FlowReading features = new FlowReading();
        features.setFeatures(random.nextFloat(), random.nextFloat(), 0.4f, random.nextFloat(), 0.5f);
        try {
            FlowModel model = ModelArtefact.decode(mangled);
            assertThat(model.intensity(features)).isBetween(0f, 1f);
            assertThat(ModelArtefact.decode(ModelArtefact.encode(model)).intensity(features))
                    .isEqualTo(model.intensity(features));
        } catch (MalformedModelException refused) {
            assertThat(refused).hasMessageNotContaining("\u0000");
        }
    }

    @Property
    void rejectsArbitraryBytes(@ForAll byte[] bytes) {
        assertThatThrownBy(() -> ModelArtefact.decode(bytes)).isInstanceOf(MalformedModelException.class);
    }

    @Test
    void rejectsWeightsThatLetIntensityRiseWithErrors() {
        assertThatThrownBy(() -> ModelArtefact.logistic(
                        ModelInputs.SCORES,
                        "bad",
                        new float[5],
                        new float[] {1, 1, 1, 1, 1},
                        new float[] {0, 0, 0, 1, 0, 0},
                        new Calibration.Temperature(1),
                        THRESHOLDS))
                .hasMessageContaining("must not be positive");
        float[] weights = new float[ModelInputs.SCORES.networkWeights()];
        weights[FlowModel.ERROR_PENALTY] = 1;
        assertThatThrownBy(() ->
                        ModelArtefact.network("bad", new float[5], new float[] {1, 1, 1, 1, 1}, weights, 1, THRESHOLDS))
                .hasMessageContaining("against an input's sign");
    }

    @Test
    void networkFollowsAPositiveFocusPath() {
        float[] weights = new float[ModelInputs.SCORES.networkWeights()];
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
