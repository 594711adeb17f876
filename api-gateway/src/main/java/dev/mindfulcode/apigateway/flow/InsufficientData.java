package dev.mindfulcode.apigateway.flow;

import java.util.List;

/**
 * A statistic that is omitted for lack of data.
 *
 * @param of name of the statistic
 * @param amount number of further observations needed, above 0
 * @param unit unit of the observations, plural
 * @param text the same as a sentence
 */
public record InsufficientData(String of, int amount, String unit, String text) {

    /** Returns an empty list if nothing is missing. */
    static List<InsufficientData> of(String what, String of, int amount, String unit, String one, String condition) {
        if (amount <= 0) {
            return List.of();
        }
        String text = what + ": " + amount + " more " + (amount == 1 ? one : unit) + condition + ".";
        return List.of(new InsufficientData(of, amount, unit, text));
    }

    static List<InsufficientData> peakHours(int amount) {
        return of(
                "Peak hours",
                "peak_hours",
                amount,
                "hours",
                "hour",
                " with five active minutes, of a time of day seen before, " + are(amount) + " needed");
    }

    static List<InsufficientData> periods(String what, String of, int amount) {
        return of(what, of, amount, "flow periods", "flow period", " that ended " + are(amount) + " needed");
    }

    static List<InsufficientData> sessions(String what, String of, int amount, String condition) {
        return of(what, of, amount, "sessions", "session", condition + " " + are(amount) + " needed");
    }

    static List<InsufficientData> interruptions(String what, String of, int amount, String condition) {
        return of(what, of, amount, "interruptions", "interruption", condition + " " + are(amount) + " needed");
    }

    static List<InsufficientData> days(String what, String of, int amount, String condition) {
        return of(what, of, amount, "days", "day", condition + " " + are(amount) + " needed");
    }

    static List<InsufficientData> weeks(String what, String of, int amount) {
        return of(what, of, amount, "weeks", "week", " with activity " + are(amount) + " needed");
    }

    private static String are(int amount) {
        return amount == 1 ? "is" : "are";
    }
}
