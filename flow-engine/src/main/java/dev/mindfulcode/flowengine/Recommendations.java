package dev.mindfulcode.flowengine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rules from one reading to at most {@link #TEXTS_MAX} short texts, most significant first. Each is an observation with
 * a suggestion, and none claims to know how the user feels.
 */
public final class Recommendations {
    public static final int TEXTS_MAX = 3;

    private static final float UNSURE = 0.3f;
    private static final float LOW = 0.35f;
    private static final float HIGH_PENALTY = 0.55f;
    private static final long LONG_FLOW_MS = 90 * 60_000;
    private static final long COOL_DOWN_MS = 15 * 60_000;

    /**
     * The user's preferences for texts.
     *
     * @param holdFrom intensity, 0 to 1, from which messages should wait; NaN for "while in flow"
     * @param breakReminders whether to suggest breaks
     * @param focusMode whether to suppress all other texts while messages should wait
     */
    public record Preferences(double holdFrom, boolean breakReminders, boolean focusMode) {
        public static final Preferences DEFAULT = new Preferences(Double.NaN, true, false);
    }

    private Recommendations() {}

    public static List<String> of(FlowReading reading) {
        return of(reading, Preferences.DEFAULT);
    }

    public static List<String> of(FlowReading reading, Preferences preferences) {
        boolean hold =
                Double.isNaN(preferences.holdFrom()) ? reading.inFlow : reading.intensity >= preferences.holdFrom();
        return texts(
                hold,
                reading.inFlow,
                reading.flowDurationMs,
                reading.confidence,
                reading.focus,
                reading.errorPenalty,
                Math.min(reading.rhythm, reading.consistency),
                preferences);
    }

    /**
     * Returns the texts for a stored reading, with the default preferences.
     *
     * @param steadiness the smaller of rhythm and consistency
     */
    public static List<String> of(
            boolean inFlow, long flowDurationMs, float confidence, float focus, float errorPenalty, float steadiness) {
        return texts(inFlow, inFlow, flowDurationMs, confidence, focus, errorPenalty, steadiness, Preferences.DEFAULT);
    }

    private static List<String> texts(
            boolean hold,
            boolean inFlow,
            long flowDurationMs,
            float confidence,
            float focus,
            float errorPenalty,
            float steadiness,
            Preferences preferences) {
        if (confidence < UNSURE) {
            return List.of("Too little typing so far to say much: keep going and the reading will settle.");
        }
        List<Recommendation> found = new ArrayList<>();
        boolean breakDue = inFlow && flowDurationMs >= LONG_FLOW_MS && preferences.breakReminders();
        if (breakDue) {
            found.add(rule(
                    "break",
                    "You have been in flow for over an hour and a half: consider a short break at the next stop.",
                    "minutes: " + flowDurationMs / 60_000));
        } else if (hold) {
            found.add(rule("hold", "The reading is high and steady: messages can wait.", "in flow: " + inFlow));
        }
        if (!(hold && preferences.focusMode())) {
            addAdvice(found, focus, errorPenalty, steadiness, preferences.breakReminders());
        }
        if (found.isEmpty()) {
            return List.of("Nothing unusual: carry on as you are.");
        }
        return Recommendation.choose(found, Map.of(), 0, TEXTS_MAX).stream()
                .map(Recommendation::text)
                .toList();
    }

    private static void addAdvice(
            List<Recommendation> found, float focus, float errorPenalty, float steadiness, boolean breakReminders) {
        if (focus < LOW) {
            // Low focus results from switches, a window without focus or silence; the number does not show which.
            found.add(rule(
                    "focus",
                    "Many switches or pauses in the last minutes: closing what this task does not need may help.",
                    "focus: " + focus));
        }
        if (errorPenalty > HIGH_PENALTY) {
            found.add(rule(
                    "errors",
                    "More corrections or failed builds than is usual for you: a smaller next step may help.",
                    "error penalty: " + errorPenalty));
        }
        if (steadiness < LOW) {
            found.add(rule(
                    "rhythm",
                    breakReminders
                            ? "Your rhythm differs from your usual one: you may be thinking, or it is time to pause."
                            : "Your rhythm differs from your usual one: you may be thinking.",
                    "smaller of rhythm and consistency: " + steadiness));
        }
    }

    private static Recommendation rule(String id, String text, String evidence) {
        return new Recommendation(id, text, evidence, COOL_DOWN_MS);
    }
}
