package dev.mindfulcode.flowengine;

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

    private static final Thresholds THRESHOLDS = new Thresholds(0.70f, 0.50f, 0.08f);

    private FormulaModel() {}

    @Override
    public String id() {
        return "formula-1";
    }

    @Override
    public float intensity(FlowReading features) {
        float sum = RHYTHM * features.rhythm
                + FOCUS * features.focus
                + CONSISTENCY * features.consistency
                + ACCURACY * (1 - features.errorPenalty)
                + VELOCITY * features.velocity;
        return Math.clamp(sum, 0f, 1f);
    }

    @Override
    public Thresholds thresholds() {
        return THRESHOLDS;
    }
}
