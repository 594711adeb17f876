package dev.mindfulcode.flowengine;

import dev.mindfulcode.flowengine.history.WorkHistory;
import org.jspecify.annotations.Nullable;

/**
 * A session's flow state at an instant: a reusable holder that {@link SessionState#read} fills. Features, intensity and
 * confidence are 0 to 1. Not thread-safe.
 */
public final class FlowReading {
    boolean inFlow;

    @Nullable
    FlowReason reason;

    float intensity;
    float modelIntensity;
    boolean personal;
    float confidence;
    long flowDurationMs;
    long heldMs;
    float rhythm;
    float focus;
    float consistency;
    float errorPenalty;
    float velocity;
    String model = "";

    /** The features of the work history, version 2. */
    final float[] history = new float[WorkHistory.FEATURES];

    // Focus is the product of these three.
    /** Share of the last five minutes with activity, since the last gap. */
    float presence;

    /** Share of the last minutes in which the editor's window had focus. */
    float inWindow;

    float unfragmented;

    /** The error penalty against a bounded usual rate of corrections. */
    float struggle;

    /** The window and the freedom from switches, against a bounded usual rate of switches. */
    float undisturbed;

    /** Whether the last keystrokes may be a person's: they have bursts, and intervals of more than one length. */
    boolean isHuman;

    /** Room for a model's intermediate values, so that inference allocates nothing. */
    final float[] scratch = new float[NetworkModel.SCRATCH_LENGTH];

    /** Sets the five features, to score them with a model outside a session. */
    public void setFeatures(float rhythm, float focus, float consistency, float errorPenalty, float velocity) {
        this.rhythm = rhythm;
        this.focus = focus;
        this.consistency = consistency;
        this.errorPenalty = errorPenalty;
        this.velocity = velocity;
    }

    /** Returns the features of the work history: the array that {@link WorkHistory#read} fills for a model of those. */
    public float[] history() {
        return history;
    }

    public boolean inFlow() {
        return inFlow;
    }

    /** Returns why the session is not in flow, null if it is. */
    public @Nullable FlowReason reason() {
        return reason;
    }

    /** Returns the estimated flow intensity, 0 to 1. */
    public float intensity() {
        return intensity;
    }

    /** Returns the model's intensity, before personalization. */
    public float modelIntensity() {
        return modelIntensity;
    }

    /**
     * Returns the model's intensity with the outcomes of a stranger, which a person's own range consists of. A person
     * is compared with themselves by what they do; how often their work held in the past changes over weeks, and would
     * put most of a steady person's present above their past.
     */
    public float rangeIntensity(FlowModel model) {
        float heldRate = history[WorkHistory.HELD_RATE];
        float heldRateRecent = history[WorkHistory.HELD_RATE_RECENT];
        float breaks = history[WorkHistory.BREAKS_PER_ACTIVE_MIN];
        WorkHistory.putOutcomesOfStranger(history);
        float range = model.intensity(this);
        history[WorkHistory.HELD_RATE] = heldRate;
        history[WorkHistory.HELD_RATE_RECENT] = heldRateRecent;
        history[WorkHistory.BREAKS_PER_ACTIVE_MIN] = breaks;
        return range;
    }

    /** Whether the intensity is personalized. */
    public boolean isPersonal() {
        return personal;
    }

    /**
     * Returns how much data the reading rests on, 0 (none) to 1, falling with silence. It is no measure of whether
     * typing reveals flow.
     */
    public float confidence() {
        return confidence;
    }

    /** Returns the confidence in words. */
    public DataAmount dataAmount() {
        return DataAmount.of(confidence);
    }

    /** Returns how long the session has been in flow, 0 when it is not. */
    public long flowDurationMs() {
        return flowDurationMs;
    }

    /** Returns for how much active time the conditions for flow have held without a break. */
    public long heldMs() {
        return heldMs;
    }

    /** Returns the regularity of intervals inside bursts; one half is the person's own usual. */
    public float rhythm() {
        return rhythm;
    }

    /** Returns freedom from context switches; one half is as many as the person's own usual. */
    public float focus() {
        return focus;
    }

    /** Returns how much the last keystrokes are like the person's past, and work holds; one half is as usual. */
    public float consistency() {
        return consistency;
    }

    /** Returns the weight of corrections and failures: 0 none; higher is worse. */
    public float errorPenalty() {
        return errorPenalty;
    }

    /** Returns the speed relative to the person's own; 0.5 is as usual. */
    public float velocity() {
        return velocity;
    }

    /** Whether the last keystrokes may be a person's: not those of a held key or a metronome. */
    public boolean isHuman() {
        return isHuman;
    }

    /** Returns the name and version of the model that gave the intensity. */
    public String model() {
        return model;
    }
}
