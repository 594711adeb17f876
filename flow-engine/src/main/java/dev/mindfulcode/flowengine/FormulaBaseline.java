package dev.mindfulcode.flowengine;

/**
 * The five-feature formula, a baseline that fitted models are compared with:
 *
 * <pre>intensity = 0.20 rhythm + 0.30 focus + 0.20 consistency + 0.20 (1 − error penalty) + 0.10 velocity</pre>
 *
 * It is not the model in use: that one, with its thresholds, is {@code built-in-model.properties}. The weights are
 * chosen, not fitted: focus weighs most, as the literature ties fragmentation to productivity most firmly (Sanchez,
 * SANER 2015); velocity weighs least, as speed depends on the person more than on their state.
 */
final class FormulaBaseline implements FlowModel {
    static final FormulaBaseline INSTANCE = new FormulaBaseline();

    private static final float RHYTHM = 0.20f;
    private static final float FOCUS = 0.30f;
    private static final float CONSISTENCY = 0.20f;
    private static final float ACCURACY = 0.20f;
    private static final float VELOCITY = 0.10f;

    private static final Thresholds BASELINE_THRESHOLDS = new Thresholds(0.70f, 0.50f, 0.08f);

    private FormulaBaseline() {}

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
    public ModelInputs inputs() {
        return ModelInputs.SCORES;
    }

    @Override
    public Thresholds thresholds() {
        return BASELINE_THRESHOLDS;
    }
}
