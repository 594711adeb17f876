package dev.mindfulcode.flowengine;

/**
 * A network 5 → 16 → 8 → 4 → 1 with rectified linear units and a calibrated sigmoid; float32, weights in one flat
 * array.
 *
 * <p>Its output never rises with the error penalty, by construction: the error penalty enters only the first half of
 * each hidden layer, with weights ≤ 0, and all further weights on that path are ≥ 0. The other half is free in sign.
 * Training restores this after each step with {@link #project}; the constructor requires it.
 */
public final class NetworkModel implements FlowModel {
    /** Units by layer, from the input to the output. */
    static final int[] LAYERS = {FEATURES, 16, 8, 4, 1};

    /** Length of the flat array: per unit of each layer its input weights, then its bias. */
    public static final int WEIGHTS = 16 * 6 + 8 * 17 + 4 * 9 + 5;

    static final int SCRATCH_LENGTH = FEATURES + 16 + 8 + 4 + 1;

    private final String id;
    private final FeatureScale scale;
    private final float[] weights;
    private final Calibration calibration;
    private final Thresholds thresholds;

    NetworkModel(String id, FeatureScale scale, float[] weights, Calibration calibration, Thresholds thresholds) {
        ModelArtefact.requireFinite(weights, WEIGHTS);
        float[] projected = weights.clone();
        project(projected);
        if (!java.util.Arrays.equals(projected, weights)) {
            throw new IllegalArgumentException("weights let intensity rise with errors; project them first");
        }
        this.id = id;
        this.scale = scale;
        this.weights = projected;
        this.calibration = calibration;
        this.thresholds = thresholds;
    }

    /** Replaces weights by the nearest ones whose output cannot rise with the error penalty. */
    public static void project(float[] weights) {
        int at = 0;
        for (int layer = 1; layer < LAYERS.length; layer++) {
            int inputs = LAYERS[layer - 1];
            int units = LAYERS[layer];
            for (int unit = 0; unit < units; unit++) {
                boolean sees = layer == LAYERS.length - 1 || unit < units / 2;
                for (int input = 0; input < inputs; input++) {
                    boolean fromErrors = layer == 1 ? input == ERROR_PENALTY : input < inputs / 2;
                    if (fromErrors) {
                        float allowed =
                                layer == 1 ? Math.min(weights[at + input], 0f) : Math.max(weights[at + input], 0f);
                        weights[at + input] = sees ? allowed + 0f : 0f;
                    }
                }
                at += inputs + 1;
            }
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public float intensity(FlowReading features) {
        float[] values = features.scratch;
        scale.standardize(features, values);
        return calibration.chance(logit(weights, values));
    }

    /**
     * Returns the output before the sigmoid. The first {@link #FEATURES} values are the standardized inputs; each
     * unit's output is written after them, for back-propagation.
     */
    public static float logit(float[] weights, float[] values) {
        int at = 0;
        int from = 0;
        int to = FEATURES;
        for (int layer = 1; layer < LAYERS.length; layer++) {
            int inputs = LAYERS[layer - 1];
            int units = LAYERS[layer];
            boolean last = layer == LAYERS.length - 1;
            for (int unit = 0; unit < units; unit++) {
                float sum = weights[at + inputs];
                for (int input = 0; input < inputs; input++) {
                    sum += weights[at + input] * values[from + input];
                }
                values[to + unit] = last || sum > 0 ? sum : 0;
                at += inputs + 1;
            }
            from = to;
            to += units;
        }
        return values[from];
    }

    static float sigmoid(float sum) {
        return (float) (1 / (1 + StrictMath.exp(-sum)));
    }

    @Override
    public Thresholds thresholds() {
        return thresholds;
    }

    FeatureScale scale() {
        return scale;
    }

    float[] weights() {
        return weights.clone();
    }

    Calibration calibration() {
        return calibration;
    }
}
