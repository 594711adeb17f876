package dev.mindfulcode.ingestservice;

import static dev.mindfulcode.ingestservice.UploadLimits.ACTIVE_MS_PER_KEYSTROKE_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.REPORT_COUNT_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.REPORT_DURATION_MS_MAX;

import dev.mindfulcode.schemas.FlowFeatures;
import java.time.Instant;

/** A builder of reports of features with the rules for their values. Not thread-safe. */
final class ReportBuilder extends UploadItemBuilder {

    private FlowFeatures report = new FlowFeatures();

    @Override
    void reset() {
        report = new FlowFeatures();
    }

    void durationMs(long value) {
        report.setDurationMs(within(value, REPORT_DURATION_MS_MAX));
    }

    void keystrokes(long value) {
        report.setKeystrokes(within(value, REPORT_COUNT_MAX));
    }

    void errors(long value) {
        report.setErrors(within(value, REPORT_COUNT_MAX));
    }

    void contextSwitches(long value) {
        report.setContextSwitches(within(value, REPORT_COUNT_MAX));
    }

    void focusLosses(long value) {
        report.setFocusLosses(within(value, REPORT_COUNT_MAX));
    }

    void lines(long value) {
        report.setLines(within(value, REPORT_COUNT_MAX));
    }

    void filesModified(long value) {
        report.setFilesModified(within(value, REPORT_COUNT_MAX));
    }

    void activeMs(long value) {
        report.setActiveMs(within(value, REPORT_DURATION_MS_MAX));
    }

    void rhythm(double value) {
        report.setRhythm(score(value));
    }

    void focus(double value) {
        report.setFocus(score(value));
    }

    void consistency(double value) {
        report.setConsistency(score(value));
    }

    void errorPenalty(double value) {
        report.setErrorPenalty(score(value));
    }

    void velocity(double value) {
        report.setVelocity(score(value));
    }

    private float score(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw position.invalid("is " + value + "; must be from 0 to 1");
        }
        return (float) value;
    }

    @Override
    ParsedBatch build(int index) {
        position.field("active_ms");
        within(
                report.getActiveMs(),
                Math.min(report.getDurationMs(), report.getKeystrokes() * ACTIVE_MS_PER_KEYSTROKE_MAX));
        position.leaveField();
        position.field("focus_losses");
        within(report.getFocusLosses(), report.getContextSwitches());
        position.leaveField();
        position.field("lines");
        within(report.getLines(), report.getKeystrokes());
        position.leaveField();
        report.setReportId(id());
        report.setSessionId(sessionId());
        report.setSequence(sequence());
        report.setStartedAt(Instant.EPOCH);
        report.setReceivedAt(Instant.EPOCH);
        return parsed(index, report.getDurationMs(), new ParsedBatch.Features(report));
    }
}
