package dev.mindfulcode.flowengine;

/** Standardizes the five features with the mean and deviation of the training data. */
final class FeatureScale {
    private final float[] means;
    private final float[] deviations;

    FeatureScale(float[] means, float[] deviations) {
        if (means.length != FlowModel.FEATURES || deviations.length != FlowModel.FEATURES) {
            throw new IllegalArgumentException(
                    means.length + " means and " + deviations.length + " deviations; must be one per feature");
        }
        for (int i = 0; i < FlowModel.FEATURES; i++) {
            if (!(Math.abs(means[i]) <= 10) || !(deviations[i] >= 1e-4f && deviations[i] <= 10)) {
                throw new IllegalArgumentException("feature " + i + " has mean " + means[i] + " and deviation "
                        + deviations[i] + "; must be within 10, and a deviation at least 0.0001");
            }
        }
        this.means = means.clone();
        this.deviations = deviations.clone();
    }

    void standardize(FlowReading features, float[] into) {
        into[0] = (features.rhythm - means[0]) / deviations[0];
        into[1] = (features.focus - means[1]) / deviations[1];
        into[2] = (features.consistency - means[2]) / deviations[2];
        into[3] = (features.errorPenalty - means[3]) / deviations[3];
        into[4] = (features.velocity - means[4]) / deviations[4];
    }

    float[] means() {
        return means.clone();
    }

    float[] deviations() {
        return deviations.clone();
    }
}
