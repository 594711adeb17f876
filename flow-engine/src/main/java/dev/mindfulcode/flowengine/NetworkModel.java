package dev.mindfulcode.flowengine;

/**
 * A network of rectified linear units with a calibrated sigmoid; float32, weights in one flat array. Its layers are
 * those of its {@link ModelInputs}: 5 → 16 → 8 → 4 → 1 over the scores, 15 → 16 → 8 → 1 over the work history.
 *
 * <p>By construction its output never moves against the {@link ModelInputs#sign} of an input: a weight from a unit
 * that depends on such inputs has the sign that the {@link ModelInputs#direction} of both units requires, and is 0 into
 * units without a direction. All other weights are free. Training restores this after each step with {@link #project};
 * the constructor requires it.
 */
public final class NetworkModel implements FlowModel {
    static final int SCRATCH_LENGTH = Math.max(ModelInputs.SCORES.networkValues(), ModelInputs.HISTORY.networkValues());

    private final String id;
    private final FeatureScale scale;
    private final float[] weights;
    private final Calibration calibration;
    private final Thresholds thresholds;

    NetworkModel(String id, FeatureScale scale, float[] weights, Calibration calibration, Thresholds thresholds) {
        ModelInputs inputs = scale.inputs();
        ModelArtefact.requireFinite(weights, inputs.networkWeights());
        float[] projected = weights.clone();
        project(inputs, projected);
        if (!java.util.Arrays.equals(projected, weights)) {
            throw new IllegalArgumentException(
                    "weights let intensity move against an input's sign; project them first");
        }
        this.id = id;
        this.scale = scale;
        this.weights = projected;
        this.calibration = calibration;
        this.thresholds = thresholds;
    }

    /** Replaces weights by the nearest ones whose output moves with the sign of each input. */
    public static void project(ModelInputs inputs, float[] weights) {
        int at = 0;
        for (int layer = 1; layer < inputs.layers(); layer++) {
            int below = inputs.units(layer - 1);
            int units = inputs.units(layer);
            for (int unit = 0; unit < units; unit++) {
                int direction = inputs.direction(layer, unit);
                for (int from = 0; from < below; from++) {
                    int sign = inputs.direction(layer - 1, from);
                    if (sign != 0 && !(weights[at + from] * sign * direction > 0)) {
                        weights[at + from] = 0f;
                    }
                }
                at += below + 1;
            }
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ModelInputs inputs() {
        return scale.inputs();
    }

    @Override
    public float intensity(FlowReading features) {
        float[] values = features.scratch;
        scale.standardize(features, values);
        return calibration.chance(logit(scale.inputs(), weights, values));
    }

    /**
     * Returns the output before the sigmoid. The first values are the standardized inputs; each unit's output is
     * written after them, for back-propagation.
     */
    public static float logit(ModelInputs inputs, float[] weights, float[] values) {
        int at = 0;
        int from = 0;
        int to = inputs.count();
        for (int layer = 1; layer < inputs.layers(); layer++) {
            int below = inputs.units(layer - 1);
            int units = inputs.units(layer);
            boolean last = layer == inputs.layers() - 1;
            for (int unit = 0; unit < units; unit++) {
                float sum = weights[at + below];
                for (int input = 0; input < below; input++) {
                    sum += weights[at + input] * values[from + input];
                }
                values[to + unit] = last || sum > 0 ? sum : 0;
                at += below + 1;
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
