package dev.mindfulcode.apigateway.flow;

import java.util.List;

/**
 * What is not said yet because there is too little to say it from.
 *
 * @param of what is not said
 * @param amount how many more are needed, above 0
 * @param unit of what, in the plural
 * @param text the same as a sentence
 */
public record Missing(String of, int amount, String unit, String text) {

    /** Empty where nothing is missing. */
    static List<Missing> of(String what, String of, int amount, String unit, String one, String condition) {
        if (amount <= 0) {
            return List.of();
        }
        String text = what + ": " + amount + " more " + (amount == 1 ? one : unit) + condition + ".";
        return List.of(new Missing(of, amount, unit, text));
    }

    static List<Missing> peakHours(int amount) {
        return of(
                "Peak hours",
                "peak_hours",
                amount,
                "hours",
                "hour",
                " with five active minutes, of a time of day seen before, " + are(amount) + " needed");
    }

    static List<Missing> periods(String what, String of, int amount) {
        return of(what, of, amount, "flow periods", "flow period", " that ended " + are(amount) + " needed");
    }

    static List<Missing> sessions(String what, String of, int amount, String condition) {
        return of(what, of, amount, "sessions", "session", condition + " " + are(amount) + " needed");
    }

    static List<Missing> interruptions(String what, String of, int amount, String condition) {
        return of(what, of, amount, "interruptions", "interruption", condition + " " + are(amount) + " needed");
    }

    static List<Missing> days(String what, String of, int amount, String condition) {
        return of(what, of, amount, "days", "day", condition + " " + are(amount) + " needed");
    }

    static List<Missing> weeks(String what, String of, int amount) {
        return of(what, of, amount, "weeks", "week", " with activity " + are(amount) + " needed");
    }

    private static String are(int amount) {
        return amount == 1 ? "is" : "are";
    }
}
