package dev.mindfulcode.flowengine;

/**
 * What the engine says of a session at an instant. A holder to be filled again and again by {@link SessionState#read};
 * not thread-safe. All features, intensity and confidence lie in [0, 1].
 */
public final class FlowReading {
    /** Below this confidence flow is never entered. */
    static final float CONFIDENCE_FOR_FLOW = 0.3f;

    boolean inFlow;
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

    /** Room for a model's intermediate values, so that inference allocates nothing. */
    final float[] scratch = new float[NetworkModel.SCRATCH_LENGTH];

    /** Sets the five features, for a model to be asked about them outside a session. */
    public void setFeatures(float rhythm, float focus, float consistency, float errorPenalty, float velocity) {
        this.rhythm = rhythm;
        this.focus = focus;
        this.consistency = consistency;
        this.errorPenalty = errorPenalty;
        this.velocity = velocity;
    }

    public boolean inFlow() {
        return inFlow;
    }

    /** Returns how much like flow the present is, 0 to 1. */
    public float intensity() {
        return intensity;
    }

    /** Returns the intensity as the model has it, before the person's own meaning of flow is laid over it. */
    public float modelIntensity() {
        return modelIntensity;
    }

    /** Whether the intensity is the person's own and not the model's. */
    public boolean isPersonal() {
        return personal;
    }

    /**
     * Returns how much data stands behind the reading, 0 (none) to 1. It says nothing about whether flow can be read
     * off a keyboard.
     */
    public float confidence() {
        return confidence;
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

    /** Returns how much the window is like the session and the person's past. */
    public float consistency() {
        return consistency;
    }

    /** Returns the weight of corrections and failures: 0 none; higher is worse. */
    public float errorPenalty() {
        return errorPenalty;
    }

    /** Returns speed relative to the person's own; one half is their usual, whatever that is. */
    public float velocity() {
        return velocity;
    }

    /** Returns the name and version of the model that gave the intensity. */
    public String model() {
        return model;
    }
}
