package dev.mindfulcode.flowengine;

/** Logistic regression on the five standardized features, with a calibrated output. */
final class LogisticModel implements FlowModel {
    static final int WEIGHTS = FEATURES + 1;

    private final String id;
    private final FeatureScale scale;
    private final float[] weights;
    private final Calibration calibration;
    private final Thresholds thresholds;

    /** @param weights one per feature, then the bias */
    LogisticModel(String id, FeatureScale scale, float[] weights, Calibration calibration, Thresholds thresholds) {
        ModelArtefact.requireFinite(weights, WEIGHTS);
        if (weights[ERROR_PENALTY] > 0) {
            throw new IllegalArgumentException(
                    "the weight of the error penalty is " + weights[ERROR_PENALTY] + "; must not be positive");
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
        float sum = weights[FEATURES];
        for (int i = 0; i < FEATURES; i++) {
            sum += weights[i] * x[i];
        }
        return calibration.chance(sum);
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
