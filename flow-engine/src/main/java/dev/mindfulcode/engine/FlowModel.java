package dev.mindfulcode.engine;

/** Turns the five features into an intensity. Immutable and thread-safe; no allocation. */
public sealed interface FlowModel permits FormulaModel {

    /** Returns the model that judges where no other is given. */
    static FlowModel builtIn() {
        return FormulaModel.INSTANCE;
    }

    /** Returns name and version, as written into each flow state. */
    String id();

    /** Returns the intensity in [0, 1]; all arguments lie in [0, 1]. Never rises with the error penalty. */
    float intensity(float rhythm, float focus, float consistency, float errorPenalty, float velocity);

    /** Returns the intensity from which the conditions for flow hold, for a sensitivity in [0, 1]; falls with sensitivity. */
    float enterThreshold(float sensitivity);

    /** Returns the intensity below which flow is left: lower than {@link #enterThreshold}, so that flow does not flicker. */
    float leaveThreshold(float sensitivity);
}
