package dev.mindfulcode.engine;

/**
 * The documented five-feature formula:
 *
 * <pre>intensity = 0.20 rhythm + 0.30 focus + 0.20 consistency + 0.20 (1 − error penalty) + 0.10 velocity</pre>
 *
 * The weights are a judgement and not fitted: focus weighs most because fragmentation is what the literature ties to productivity most
 * firmly (Sanchez, SANER 2015), velocity least because speed is the person more than their state.
 */
final class FormulaModel implements FlowModel {
    static final FormulaModel INSTANCE = new FormulaModel();

    private static final float RHYTHM = 0.20f;
    private static final float FOCUS = 0.30f;
    private static final float CONSISTENCY = 0.20f;
    private static final float ACCURACY = 0.20f;
    private static final float VELOCITY = 0.10f;

    private static final float ENTER_AT_ZERO_SENSITIVITY = 0.75f;
    private static final float ENTER_AT_FULL_SENSITIVITY = 0.55f;
    private static final float HYSTERESIS = 0.10f;

    private FormulaModel() {}

    @Override
    public String id() {
        return "formula-1";
    }

    @Override
    public float intensity(float rhythm, float focus, float consistency, float errorPenalty, float velocity) {
        float sum = RHYTHM * rhythm
                + FOCUS * focus
                + CONSISTENCY * consistency
                + ACCURACY * (1 - errorPenalty)
                + VELOCITY * velocity;
        return Math.clamp(sum, 0f, 1f);
    }

    @Override
    public float enterThreshold(float sensitivity) {
        return ENTER_AT_ZERO_SENSITIVITY + (ENTER_AT_FULL_SENSITIVITY - ENTER_AT_ZERO_SENSITIVITY) * sensitivity;
    }

    @Override
    public float leaveThreshold(float sensitivity) {
        return enterThreshold(sensitivity) - HYSTERESIS;
    }
}
