package dev.mindfulcode.flowengine;

/**
 * Maps the five scores, or the features of the work history, to an intensity. Immutable and thread-safe; allocates
 * nothing. Three kinds share one artefact format ({@link ModelArtefact}): the formula, a logistic regression and a
 * small network.
 */
public sealed interface FlowModel permits FormulaBaseline, LogisticModel, NetworkModel {
    /** Number of scores: rhythm, focus, consistency, error penalty, velocity, in this order. */
    int FEATURES = 5;

    /** Version of the features that readings are scored by. A model is valid only for the version it was trained on. */
    int FEATURE_VERSION = 2;

    /** Index of the error penalty: intensity must not rise with it. */
    int ERROR_PENALTY = 3;

    /** Returns the model that is used until another one is published. */
    static FlowModel builtIn() {
        return BuiltInModel.INSTANCE;
    }

    /** Returns the five-feature formula, a baseline for comparison. */
    static FlowModel formulaBaseline() {
        return FormulaBaseline.INSTANCE;
    }

    /** Returns name and version, as stored in each flow state. */
    String id();

    /**
     * Returns the intensity, 0 to 1, for features that are 0 to 1. Never rises with the error penalty.
     */
    float intensity(FlowReading features);

    /** Returns what the model reads. */
    ModelInputs inputs();

    Thresholds thresholds();

    /**
     * Returns the intensity at which flow begins, for a sensitivity of 0 to 1; falls with sensitivity.
     */
    default float enterThreshold(float sensitivity) {
        return thresholds().enter(sensitivity);
    }

    /**
     * Returns the intensity below which flow ends: lower than {@link #enterThreshold}, so that flow does not flicker.
     */
    default float leaveThreshold(float sensitivity) {
        return thresholds().enter(sensitivity) - thresholds().hysteresis();
    }
}
