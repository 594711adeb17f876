package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.FeatureReporter;
import dev.mindfulcode.flowengine.SessionState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A client that keeps one person's keystrokes and reports features, by the reference of the engine. Not thread-safe.
 */
public final class FeatureClient {

    private byte[] state = SessionState.fresh();
    private @Nullable FeatureReporter reporter;
    private UUID session = new UUID(0, 0);
    private long sequence;
    private final StringBuilder reports = new StringBuilder();

    /** Applies a batch and returns the reports of all its keystrokes, as a JSON array. */
    String reportsOf(Batch batch) {
        FeatureReporter current = reporterOf(batch.sessionId());
        reports.setLength(0);
        long atMs = batch.startedAtMs();
        for (int i = 0; i < batch.keystrokes(); i++) {
            atMs += batch.intervalsMs()[i];
            current.keystroke(atMs, batch.intervalsMs()[i], batch.keyClasses()[i]);
        }
        current.flush();
        return "[" + reports + "]";
    }

    private FeatureReporter reporterOf(UUID sessionId) {
        FeatureReporter current = reporter;
        if (current == null || !sessionId.equals(session)) {
            state = SessionState.freshAfter(state);
            session = sessionId;
            sequence = 0;
            current = new FeatureReporter(state, (int) SessionState.EVALUATION_INTERVAL_MS, this::append);
            reporter = current;
        }
        return current;
    }

    private void append(FeatureReport report) {
        reports.append(reports.isEmpty() ? "" : ",")
                .append("{\"report_id\":\"")
                .append(DeterministicIds.of(report.startedAtMs(), session + "/report/" + sequence))
                .append("\",\"session_id\":\"")
                .append(session)
                .append("\",\"sequence\":")
                .append(sequence++)
                .append(",\"started_at\":")
                .append(report.startedAtMs())
                .append(",\"duration_ms\":")
                .append(report.durationMs())
                .append(",\"keystrokes\":")
                .append(report.keystrokes())
                .append(",\"errors\":")
                .append(report.errors())
                .append(",\"context_switches\":")
                .append(report.contextSwitches())
                .append(",\"focus_losses\":")
                .append(report.focusLosses())
                .append(",\"lines\":")
                .append(report.lines())
                .append(",\"files_modified\":")
                .append(report.filesModified())
                .append(",\"active_ms\":")
                .append(report.activeMs())
                .append(",\"scores\":{\"rhythm\":")
                .append(report.rhythm())
                .append(",\"focus\":")
                .append(report.focus())
                .append(",\"consistency\":")
                .append(report.consistency())
                .append(",\"error_penalty\":")
                .append(report.errorPenalty())
                .append(",\"velocity\":")
                .append(report.velocity())
                .append("}}");
    }
}
