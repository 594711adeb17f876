package dev.mindfulcode.benchmarks.load;

import com.google.errorprone.annotations.FormatMethod;
import dev.mindfulcode.benchmarks.aalto.ReadCounts;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Result of a run, as text and as JSON.
 *
 * @param rows what a reader met in files, or null where there were none
 * @param signInSeconds until all had signed in; passwords are hashed slowly on purpose
 * @param seconds from the first keystroke sent to the last answer
 * @param repeats requests sent again because the server was away or overloaded
 * @param reconciliation null if not requested
 */
record LoadSummary(
        String what,
        int people,
        int sessions,
        @Nullable ReadCounts rows,
        SendOutcome outcome,
        double signInSeconds,
        double seconds,
        long repeats,
        @Nullable Reconciliation reconciliation) {

    boolean isComplete() {
        return outcome.batchesRefused().isEmpty() && reconciliation != null && reconciliation.isEqual();
    }

    double keystrokesPerSecond() {
        return outcome.keystrokesAccepted() / Math.max(seconds, 1e-3);
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "%s: %,d people, %,d sessions; %.1f s to sign in, %.1f s to send",
                what, people, sessions, signInSeconds, seconds));
        if (rows != null) {
            lines.add(format(
                    "  read      %,d rows: %,d malformed and skipped, %,d out of order, %,d dwells corrected",
                    rows.rows(), rows.malformed(), rows.outOfOrder(), rows.dwellsMended()));
        }
        lines.add(format("  sent      %,d batches, %,d keystrokes", outcome.batchesSent(), outcome.keystrokesSent()));
        lines.add(format(
                "  accepted  %,d batches, %,d keystrokes (%,.0f keystrokes/s)",
                outcome.batchesAccepted(), outcome.keystrokesAccepted(), keystrokesPerSecond()));
        lines.add(format("  refused   %,d batches", outcome.batchesSent() - outcome.batchesAccepted()));
        outcome.batchesRefused().forEach((reason, count) -> lines.add(format("            %,d: %s", count, reason)));
        if (repeats > 0) {
            lines.add(format("  repeated  %,d requests, as the server was away or overloaded", repeats));
        }
        if (reconciliation != null) {
            lines.add(format(
                    "  read model: %,d keystrokes expected, %,d found: %s",
                    reconciliation.expected(),
                    reconciliation.found(),
                    reconciliation.isEqual() ? "equal" : "NOT EQUAL: " + String.join(", ", reconciliation.unequal())));
        }
        return String.join(System.lineSeparator(), lines);
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("what", what);
        json.put("people", people);
        json.put("sessions", sessions);
        if (rows != null) {
            json.put("rows", rows.rows());
            json.put("rows_malformed", rows.malformed());
            json.put("rows_out_of_order", rows.outOfOrder());
            json.put("dwells_mended", rows.dwellsMended());
        }
        json.put("batches_sent", outcome.batchesSent());
        json.put("keystrokes_sent", outcome.keystrokesSent());
        json.put("batches_accepted", outcome.batchesAccepted());
        json.put("keystrokes_accepted", outcome.keystrokesAccepted());
        json.put("batches_refused", outcome.batchesRefused());
        json.put("sign_in_seconds", signInSeconds);
        json.put("seconds", seconds);
        json.put("keystrokes_per_second", keystrokesPerSecond());
        json.put("requests_repeated", repeats);
        if (reconciliation != null) {
            json.put("keystrokes_expected", reconciliation.expected());
            json.put("keystrokes_found", reconciliation.found());
            json.put("equal", reconciliation.isEqual());
        }
        return new JsonMapper().writeValueAsString(json);
    }

    @FormatMethod
    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
