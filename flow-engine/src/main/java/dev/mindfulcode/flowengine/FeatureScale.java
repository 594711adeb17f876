package dev.mindfulcode.flowengine;

/** Standardizes a model's inputs with the mean and deviation of the training data. */
final class FeatureScale {
    private static final float MEAN_MAX = 20;

    private final ModelInputs inputs;
    private final float[] means;
    private final float[] deviations;

    FeatureScale(ModelInputs inputs, float[] means, float[] deviations) {
        if (means.length != inputs.count() || deviations.length != inputs.count()) {
            throw new IllegalArgumentException(
                    means.length + " means and " + deviations.length + " deviations; must be one per feature");
        }
        for (int i = 0; i < means.length; i++) {
            if (!(Math.abs(means[i]) <= MEAN_MAX) || !(deviations[i] >= 1e-4f && deviations[i] <= MEAN_MAX)) {
                throw new IllegalArgumentException("feature " + i + " has mean " + means[i] + " and deviation "
                        + deviations[i] + "; must be within " + (int) MEAN_MAX + ", and a deviation at least 0.0001");
            }
        }
        this.inputs = inputs;
        this.means = means.clone();
        this.deviations = deviations.clone();
    }

    void standardize(FlowReading features, float[] into) {
        inputs.copy(features, into);
        for (int i = 0; i < means.length; i++) {
            into[i] = (into[i] - means[i]) / deviations[i];
        }
    }

    ModelInputs inputs() {
        return inputs;
    }

    float[] means() {
        return means.clone();
    }

    float[] deviations() {
        return deviations.clone();
    }
}
