package dev.mindfulcode.flowengine;

/**
 * Turns the five features into an intensity. Immutable and thread-safe; allocates nothing. Three kinds share one
 * artefact ({@link ModelArtefact}): the documented formula, a logistic regression and a small network.
 */
public sealed interface FlowModel permits FormulaModel, LogisticModel, NetworkModel {
    /** How many features a model sees: rhythm, focus, consistency, error penalty, velocity, in this order. */
    int FEATURES = 5;

    /** Of the features' definitions: a model trained on others would judge what it has never seen. */
    int FEATURE_VERSION = 1;

    /** Which of the features is the error penalty: no model's intensity may rise with it. */
    int ERROR_PENALTY = 3;

    /** Returns the model that judges where no other is given. */
    static FlowModel builtIn() {
        return BuiltInModel.INSTANCE;
    }

    /** Returns the documented five-feature formula. */
    static FlowModel formula() {
        return FormulaModel.INSTANCE;
    }

    /** Returns name and version, as written into each flow state. */
    String id();

    /**
     * Returns the intensity in [0, 1] of a reading's five features, which lie in [0, 1]. Never rises with the error
     * penalty.
     */
    float intensity(FlowReading features);

    Thresholds thresholds();

    /**
     * Returns the intensity from which the conditions for flow hold, for a sensitivity in [0, 1]; falls with
     * sensitivity.
     */
    default float enterThreshold(float sensitivity) {
        return thresholds().enter(sensitivity);
    }

    /**
     * Returns the intensity below which flow is left: lower than {@link #enterThreshold}, so that flow does not
     * flicker.
     */
    default float leaveThreshold(float sensitivity) {
        return thresholds().enter(sensitivity) - thresholds().hysteresis();
    }
}
