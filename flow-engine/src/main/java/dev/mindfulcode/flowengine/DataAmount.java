package dev.mindfulcode.flowengine;

/** {@link FlowReading#confidence}, the amount of data that a reading rests on, in words. */
public enum DataAmount {
    LITTLE,
    SOME,
    ENOUGH;

    /** A new person's after 80 keystrokes. */
    private static final float SOME_FROM = 0.3f;

    /** A person's after an hour and a half of typing. */
    private static final float ENOUGH_FROM = 0.6f;

    public static DataAmount of(float confidence) {
        if (confidence < SOME_FROM) {
            return LITTLE;
        }
        return confidence < ENOUGH_FROM ? SOME : ENOUGH;
    }
}
