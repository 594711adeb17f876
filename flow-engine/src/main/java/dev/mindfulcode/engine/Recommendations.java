package dev.mindfulcode.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Short texts chosen by rules from a reading. Each says what was seen and what might help; none claims to know how somebody feels.
 * At most {@link #TEXTS_MAX}, the most telling first.
 */
public final class Recommendations {
    public static final int TEXTS_MAX = 3;

    private static final float UNSURE = 0.3f;
    private static final float LOW = 0.35f;
    private static final float HIGH_PENALTY = 0.55f;
    private static final long LONG_FLOW_MS = 90 * 60_000;

    private Recommendations() {}

    public static List<String> of(FlowReading reading) {
        return of(
                reading.inFlow,
                reading.flowDurationMs,
                reading.confidence,
                reading.focus,
                reading.errorPenalty,
                Math.min(reading.rhythm, reading.consistency));
    }

    /**
     * The same for a reading that was kept elsewhere.
     *
     * @param steadiness the lesser of rhythm and consistency
     */
    public static List<String> of(
            boolean inFlow, long flowDurationMs, float confidence, float focus, float errorPenalty, float steadiness) {
        List<String> texts = new ArrayList<>(TEXTS_MAX);
        if (confidence < UNSURE) {
            texts.add("Too little typing so far to say much: keep going and the reading will settle.");
            return List.copyOf(texts);
        }
        if (inFlow && flowDurationMs >= LONG_FLOW_MS) {
            add(
                    texts,
                    "You have kept this up for over an hour and a half: a short break at the next natural stop would do no harm.");
        } else if (inFlow) {
            add(texts, "You are in a steady stretch: let messages wait until it ends by itself.");
        }
        if (focus < LOW) {
            add(texts, "More switches than is usual for you: closing what is not needed for this task may help.");
        }
        if (errorPenalty > HIGH_PENALTY) {
            add(texts, "More corrections or failed builds than is usual for you: a smaller next step may help.");
        }
        if (steadiness < LOW) {
            add(
                    texts,
                    "Your rhythm differs from your usual one: that can be thinking, or a sign that it is time to pause.");
        }
        if (texts.isEmpty()) {
            texts.add("Nothing stands out: carry on as you are.");
        }
        return List.copyOf(texts);
    }

    private static void add(List<String> texts, String text) {
        if (texts.size() < TEXTS_MAX) {
            texts.add(text);
        }
    }
}
