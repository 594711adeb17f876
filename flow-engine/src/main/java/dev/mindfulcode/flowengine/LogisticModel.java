package dev.mindfulcode.flowengine;

/** Logistic regression on standardized inputs, with a calibrated output. */
final class LogisticModel implements FlowModel {
    private final String id;
    private final FeatureScale scale;
    private final float[] weights;
    private final Calibration calibration;
    private final Thresholds thresholds;

    /** @param weights one per input, then the bias */
    LogisticModel(String id, FeatureScale scale, float[] weights, Calibration calibration, Thresholds thresholds) {
        ModelInputs inputs = scale.inputs();
        ModelArtefact.requireFinite(weights, inputs.count() + 1);
        for (int i = 0; i < inputs.count(); i++) {
            if (weights[i] * inputs.sign(i) < 0) {
                throw new IllegalArgumentException("the weight of " + inputs.name(i) + " is " + weights[i]
                        + "; must not be " + (weights[i] > 0 ? "positive" : "negative"));
            }
        }
        this.id = id;
        this.scale = scale;
        this.weights = weights.clone();
        this.calibration = calibration;
        this.thresholds = thresholds;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public float intensity(FlowReading features) {
        float[] x = features.scratch;
        scale.standardize(features, x);
        int inputs = weights.length - 1;
        float sum = weights[inputs];
        for (int i = 0; i < inputs; i++) {
            sum += weights[i] * x[i];
        }
        return calibration.chance(sum);
    }

    @Override
    public ModelInputs inputs() {
        return scale.inputs();
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
