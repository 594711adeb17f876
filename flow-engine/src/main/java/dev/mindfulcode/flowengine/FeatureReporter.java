package dev.mindfulcode.flowengine;

import java.util.function.Consumer;

/**
 * The reference for a client that keeps its keystrokes: applies them to a session state of its own and reports counts
 * and features. The state stays with the client; the next session begins with {@link SessionState#freshAfter}.
 *
 * <p>A report ends with the first keystroke that is the interval or more after the last such end. It also ends before
 * an event in another minute, before a pause that is no active time, and before it would be too long, so that each
 * report counts in one minute and has no gap. Not thread-safe.
 */
public final class FeatureReporter {

    private final SessionState session;
    private final int intervalMs;
    private final Consumer<FeatureReport> reports;
    private final FlowReading reading = new FlowReading();
    private boolean isEmpty = true;
    private long startedAtMs;
    private long lastAtMs = -1;
    private long dueSinceMs = -1;
    private long keystrokes;
    private long errors;
    private long contextSwitches;
    private int focusLosses;
    private int lines;
    private long filesModified;
    private long activeMs;

    /**
     * @param state of the client's session; changed by each event
     * @param intervalMs {@link SessionState#EVALUATION_INTERVAL_MS} or more; less has no effect on flow
     */
    public FeatureReporter(byte[] state, int intervalMs, Consumer<FeatureReport> reports) {
        this.session = new SessionState().wrap(state);
        this.intervalMs = intervalMs;
        this.reports = reports;
        rememberTotals();
    }

    /** Applies a keystroke; times must not decrease. */
    public void keystroke(long atMs, int intervalMs, int keyClassCode) {
        int countedMs = SessionState.activeMs(intervalMs);
        begin(atMs, atMs - countedMs, countedMs < intervalMs);
        session.keystroke(atMs, intervalMs, keyClassCode, -1);
        lines += keyClassCode == EventCodes.KEY_ENTER ? 1 : 0;
        lastAtMs = atMs;
        if (atMs - dueSinceMs >= this.intervalMs) {
            flush();
            dueSinceMs = atMs;
        }
    }

    /** Applies an editor signal; diagnostics are no activity and are not reported. */
    public void signal(long atMs, int kindCode, int value) {
        if (kindCode != EventCodes.SIGNAL_DIAGNOSTICS) {
            begin(atMs, atMs, false);
            session.signal(atMs, kindCode, value);
            focusLosses += kindCode == EventCodes.SIGNAL_FOCUS_LOST ? 1 : 0;
            lastAtMs = atMs;
        }
    }

    private void begin(long atMs, long fromMs, boolean afterGap) {
        if (!isEmpty
                && (afterGap
                        || atMs / MinuteCover.MINUTE_MS != lastAtMs / MinuteCover.MINUTE_MS
                        || atMs - Math.min(startedAtMs, fromMs) > FeatureReport.DURATION_MS_MAX)) {
            flush();
        }
        startedAtMs = isEmpty ? fromMs : Math.min(startedAtMs, fromMs);
        isEmpty = false;
        if (dueSinceMs < 0) {
            dueSinceMs = atMs;
        }
    }

    /** Reports what is not reported yet, as at the end of a session. */
    public void flush() {
        if (isEmpty) {
            return;
        }
        session.read(reading);
        reports.accept(new FeatureReport(
                startedAtMs,
                (int) (lastAtMs - startedAtMs),
                (int) (session.keystrokes() - keystrokes),
                (int) (session.errors() - errors),
                (int) (session.contextSwitches() - contextSwitches),
                focusLosses,
                lines,
                (int) (session.filesModified() - filesModified),
                (int) (session.activeMs() - activeMs),
                reading.rhythm(),
                reading.focus(),
                reading.consistency(),
                reading.errorPenalty(),
                reading.velocity()));
        rememberTotals();
        isEmpty = true;
    }

    private void rememberTotals() {
        keystrokes = session.keystrokes();
        errors = session.errors();
        contextSwitches = session.contextSwitches();
        focusLosses = 0;
        lines = 0;
        filesModified = session.filesModified();
        activeMs = session.activeMs();
    }
}
