package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addLong;
import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.putInt;
import static dev.mindfulcode.flowengine.StateBytes.putLong;

import dev.mindfulcode.flowengine.history.WorkHistory;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import org.jspecify.annotations.Nullable;

/**
 * A session's state and its transitions: a flyweight over {@link #SIZE_BYTES} bytes. {@link #wrap} sets the bytes;
 * operations write through to them, allocate nothing, and read no clock.
 *
 * <p>Every decision is per event, so the same events give the same bytes in any batching. Flow is evaluated with the
 * first keystroke {@link #EVALUATION_INTERVAL_MS} or more after the last evaluation. A {@link #tick} in order of time
 * changes nothing that the next event would not change.
 *
 * <p><b>Late events</b> (older than {@link #lastActivityAtMs()}) and events after {@link #end} count in the totals and,
 * if it is still stored, in their minute. They never move the clock back, enter the window, or begin or end flow.
 *
 * <p>The caller removes duplicates ({@link SeenBatches}). Times are epoch milliseconds, clamped to 0 to
 * {@link #TIME_MAX_MS}.
 *
 * <p>Not thread-safe. One flyweight can serve many states in turn.
 */
public final class SessionState {
    /** Length of a state in bytes. */
    public static final int SIZE_BYTES = Layout.SIZE_BYTES;

    /** Longest interval that counts as active time: the upper bound of a micro pause (Shrestha, ICSE-SEET 2022). */
    public static final int ACTIVE_INTERVAL_MS_MAX = 15_000;

    /** Silence after which a session is paused. A convention without a peer-reviewed source. */
    public static final long PAUSE_TIMEOUT_MS = 5 * 60_000;

    /** Silence after which a session is ended. A convention without a peer-reviewed source. */
    public static final long END_TIMEOUT_MS = 30 * 60_000;

    /** Minimum event time between evaluations of flow. */
    public static final long EVALUATION_INTERVAL_MS = 5_000;

    /** Latest time that is not clamped, about the year 37,000. */
    public static final long TIME_MAX_MS = 1L << 50;

    static final float SENSITIVITY_DEFAULT = 0.5f;
    static final int INTENSITY_UNITS = 1 << 16;

    private static final byte[] NO_STATE = new byte[0];

    private final FlowReading scratch = new FlowReading();
    private final FlowReading replaced = new FlowReading();
    private final WorkHistory history = new WorkHistory();
    private final FlowModel model;
    private final int modelFingerprint;
    private final int scale;
    private byte[] state = NO_STATE;
    private @Nullable PersonalLayer personal;

    /** Creates a flyweight that scores with the built-in model. */
    public SessionState() {
        this(FlowModel.builtIn());
    }

    /**
     * Creates a flyweight that scores with a model. To change the model of a state, wrap its bytes with another
     * flyweight and {@link #switchModel}.
     */
    public SessionState(FlowModel model) {
        this.model = model;
        this.modelFingerprint = ModelArtefact.fingerprint(model);
        this.scale = ModelArtefact.scaleFingerprint(model);
    }

    /** Creates a flyweight that scores with the model of another one: fingerprints cost an encoding each. */
    SessionState(SessionState other) {
        this.model = other.model;
        this.modelFingerprint = other.modelFingerprint;
        this.scale = other.scale;
    }

    /** Returns the state of a new session without a history. */
    public static byte[] fresh() {
        byte[] state = new byte[SIZE_BYTES];
        state[Layout.AT_VERSION] = Layout.VERSION;
        putInt(state, Layout.AT_SENSITIVITY, Float.floatToRawIntBits(SENSITIVITY_DEFAULT));
        putInt(state, Layout.AT_INTENSITY, INTENSITY_UNITS / 2);
        Baselines.putPrior(state);
        WorkHistory.putFresh(state, Layout.AT_HISTORY);
        return state;
    }

    /**
     * Returns the state of a new session of the same person: their baseline, range, work history and sensitivity are
     * copied, with the keystrokes in the earlier session's window added. Does not change the earlier state.
     */
    public static byte[] freshAfter(byte[] earlierSession) {
        requireReadable(earlierSession);
        byte[] earlier = earlierSession.clone();
        KeystrokeWindow.clearIntoBaselines(earlier);
        ReportedFeatures.clear(earlier);
        byte[] state = fresh();
        copyPerson(earlier, state);
        System.arraycopy(earlier, Layout.AT_SENSITIVITY, state, Layout.AT_SENSITIVITY, Float.BYTES);
        FlowPhase.continueFrom(earlier, state);
        return state;
    }

    /**
     * Continues another session of the same person, in which they were active after the last event of this one: copies
     * their baseline, range and work history. With two editors at once, presence is that of both. Events before
     * the other session's last one then change no history, so time in both counts once.
     *
     * @param untilMs time of the last event that is about to be applied; a session that is ahead of it by more than
     *     {@link WorkHistory#BIN_MS} is not continued, because late data never change what was known
     * @return whether this session is now the latest of the two
     */
    public boolean continuePerson(byte[] otherSession, long untilMs) {
        requireReadable(otherSession);
        long otherLastMs = WorkHistory.lastEventAtMs(otherSession, Layout.AT_HISTORY);
        if (otherLastMs > timeInRange(untilMs) + WorkHistory.BIN_MS) {
            return false;
        }
        if (otherLastMs > history.lastEventAtMs()) {
            copyPerson(otherSession, state);
        }
        return true;
    }

    /** Forgets the events of a work history that is later than an instant, such as the start of an offline session. */
    public void forgetEventsAfter(long atMs) {
        if (history.lastEventAtMs() > timeInRange(atMs) + WorkHistory.BIN_MS) {
            history.forgetEvents();
        }
    }

    private static void copyPerson(byte[] from, byte[] to) {
        System.arraycopy(from, Layout.AT_PERSON, to, Layout.AT_PERSON, Layout.PERSON_BYTES);
        System.arraycopy(from, Layout.AT_RANGE_MODEL, to, Layout.AT_RANGE_MODEL, Layout.RANGE_BYTES);
        System.arraycopy(from, Layout.AT_HISTORY, to, Layout.AT_HISTORY, WorkHistory.SIZE_BYTES);
    }

    /**
     * Sets the state that this flyweight reads and writes.
     *
     * @throws IllegalArgumentException if the bytes violate the invariants of a state; recompute such a session
     */
    public SessionState wrap(byte[] bytes) {
        requireReadable(bytes);
        history.wrap(bytes, Layout.AT_HISTORY);
        state = bytes;
        return this;
    }

    /**
     * Returns the {@link ModelArtefact#fingerprint} of the model that a state was last switched to; 0 before the first.
     */
    public static int modelFingerprintOf(byte[] bytes) {
        requireReadable(bytes);
        return getInt(bytes, Layout.AT_MODEL_FINGERPRINT);
    }

    /** Returns the {@link ModelArtefact#fingerprint} of this flyweight's model. */
    public int modelFingerprint() {
        return modelFingerprint;
    }

    /**
     * Scores the session with this flyweight's model from now on. Discards what another model derived: the window moves
     * to the baselines, intensity becomes neutral, and an open flow period ends as {@link Interruption#UNKNOWN}. Totals
     * remain. No-op if the model is in use already.
     */
    public void switchModel() {
        if (getInt(state, Layout.AT_MODEL_FINGERPRINT) == modelFingerprint) {
            return;
        }
        FlowPhase.leave(state, lastActivityAtMs(), Interruption.UNKNOWN);
        resetWindow();
        putInt(state, Layout.AT_MODEL_FINGERPRINT, modelFingerprint);
    }

    private void resetWindow() {
        KeystrokeWindow.clearIntoBaselines(state);
        ReportedFeatures.clear(state);
        FlowPhase.reset(state);
        putInt(state, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, 0);
        putInt(state, Layout.AT_INTENSITY, INTENSITY_UNITS / 2);
    }

    /**
     * Personalizes all further readings of this flyweight with a layer, which is not part of the state; null removes
     * it.
     */
    public void withPersonalization(@Nullable PersonalLayer layer) {
        personal = layer;
    }

    static void requireReadable(byte[] bytes) {
        if (bytes.length != SIZE_BYTES || bytes[Layout.AT_VERSION] != Layout.VERSION) {
            throw new IllegalArgumentException(
                    "not a session state of version " + Layout.VERSION + "; recompute it from the log");
        }
        if (!Integrity.holds(bytes)) {
            throw new IllegalArgumentException("damaged session state; recompute it from the log");
        }
    }

    /**
     * Applies one keystroke.
     *
     * @param atMs time of the key press
     * @param intervalMs time since the previous key press; negative counts as 0
     * @param keyClassCode code of the key class; an unknown one counts as an ordinary key
     * @param dwellMs time from press to release, or -1; unused by this version of the features
     */
    public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
        keystroke(atMs, intervalMs, keyClassCode, dwellMs, activeMs(intervalMs));
    }

    /** Returns the active time of an interval. */
    public static int activeMs(int intervalMs) {
        return intervalMs > ACTIVE_INTERVAL_MS_MAX ? 0 : Math.max(intervalMs, 0);
    }

    /**
     * Applies one keystroke whose interval may overlap with earlier ones.
     *
     * @param activeMs the part of the interval's active time that is not counted yet
     */
    public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs, int activeMs) {
        byte[] s = state;
        long at = timeInRange(atMs);
        int interval = Math.max(intervalMs, 0);
        boolean correction = EventCodes.isCorrection(keyClassCode);
        addLong(s, Layout.AT_KEYSTROKES, 1);
        addLong(s, Layout.AT_ACTIVE_MS, activeMs);
        if (correction) {
            addLong(s, Layout.AT_ERRORS, 1);
        }
        boolean current = beginActivity(at);
        if (!current) {
            return;
        }
        history.event(at, EventCodes.eventOf(keyClassCode));
        setFlag(Layout.FLAG_TYPED, true);
        if (ReportedFeatures.areInUse(s)) {
            beginAnotherWindow(at);
        }
        addActiveTime(activeMs);
        KeystrokeWindow.push(s, interval, correction);
        evaluateWhenDue(at, at);
    }

    private void addActiveTime(int activeMs) {
        byte[] s = state;
        addLong(s, Layout.AT_INTENSITY_UNITS, (long) getInt(s, Layout.AT_INTENSITY) * activeMs);
        if (isInFlow()) {
            addLong(s, Layout.AT_FLOW_MS, activeMs);
        }
        int sinceEvaluation = getInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS) + activeMs;
        putInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, Math.max(sinceEvaluation, 0));
    }

    /** Ends what the other kind of input has measured: keystrokes after reported features, or the reverse. */
    private void beginAnotherWindow(long at) {
        FlowPhase.leave(state, at, Interruption.UNKNOWN);
        resetWindow();
    }

    /**
     * Applies a client's report of a stretch of activity. Its features replace those that this state would compute; the
     * baselines of the person do not learn from it, as the client has its own.
     *
     * <p>All its events count as of its end. Flow is evaluated then, as with a keystroke.
     */
    public void report(FeatureReport report) {
        report(report, report.activeMs());
    }

    /**
     * Applies a report whose active time may overlap with that of earlier ones.
     *
     * @param activeMs the part of its active time that is not counted yet
     */
    public void report(FeatureReport report, int activeMs) {
        byte[] s = state;
        long from = timeInRange(report.startedAtMs());
        long at = Math.max(timeInRange(report.endedAtMs()), from);
        addLong(s, Layout.AT_KEYSTROKES, report.keystrokes());
        addLong(s, Layout.AT_ERRORS, report.errors());
        addLong(s, Layout.AT_CONTEXT_SWITCHES, report.contextSwitches());
        addLong(s, Layout.AT_FILES_MODIFIED, report.filesModified());
        addLong(s, Layout.AT_ACTIVE_MS, activeMs);
        // The interval before its first keystroke may have begun before the last signal.
        boolean overlaps = flag(Layout.FLAG_STARTED) && from < lastActivityAtMs() && at >= lastActivityAtMs();
        long begunAt = overlaps ? lastActivityAtMs() : from;
        beginActivity(begunAt);
        if (from < firstActivityAtMs()) {
            putLong(s, Layout.AT_FIRST_ACTIVITY_MS, from);
        }
        if (!beginActivity(at)) {
            return;
        }
        if (!ReportedFeatures.areInUse(s)) {
            beginAnotherWindow(begunAt);
        }
        int minute = Minutes.find(s, at, true);
        int fileSwitches = report.contextSwitches() - report.focusLosses();
        StateBytes.addSaturatedByte(s, minute + Layout.MINUTE_FILE_SWITCHES, fileSwitches);
        StateBytes.addSaturatedByte(s, minute + Layout.MINUTE_FOCUS_LOSSES, report.focusLosses());
        ReportedFeatures.addToHistory(history, begunAt, at, report);
        addActiveTime(activeMs);
        ReportedFeatures.put(s, report);
        if (report.keystrokes() > 0) {
            setFlag(Layout.FLAG_TYPED, true);
            evaluateWhenDue(begunAt, at);
        }
    }

    /** Has somebody typed without a pause before the session, in a state that has no history yet. */
    void typedBefore(long from, long to) {
        ReportedFeatures.addTyping(history, from, to);
    }

    private void evaluateWhenDue(long from, long at) {
        if (at - getLong(state, Layout.AT_EVALUATED_MS) >= EVALUATION_INTERVAL_MS) {
            evaluate(from, at);
        }
    }

    /**
     * Applies one editor signal. All but diagnostics count as activity.
     *
     * @param value build and test: 0 when it failed; otherwise not used
     */
    public void signal(long atMs, int kindCode, int value) {
        byte[] s = state;
        long at = timeInRange(atMs);
        if (kindCode == EventCodes.SIGNAL_DIAGNOSTICS) {
            return;
        }
        boolean current = beginActivity(at);
        int minute = Minutes.find(s, at, current);
        if (current && kindCode != EventCodes.SIGNAL_BUILD && kindCode != EventCodes.SIGNAL_TEST) {
            boolean lost = kindCode == EventCodes.SIGNAL_FOCUS_LOST;
            history.event(at, lost ? WorkHistory.Event.FOCUS_LOST : WorkHistory.Event.ACTIVITY);
        }
        switch (kindCode) {
            case EventCodes.SIGNAL_FILE_SWITCH -> countSwitch(minute, Layout.MINUTE_FILE_SWITCHES, 1);
            case EventCodes.SIGNAL_FOCUS_LOST -> {
                countSwitch(minute, Layout.MINUTE_FOCUS_LOSSES, Baselines.QUARTERS_PER_FOCUS_LOSS);
                if (current) {
                    setFlag(Layout.FLAG_TYPED, false);
                }
                if (current && !flag(Layout.FLAG_AWAY)) {
                    setFlag(Layout.FLAG_AWAY, true);
                    putLong(s, Layout.AT_FOCUS_LOST_MS, at);
                }
            }
            case EventCodes.SIGNAL_FOCUS_GAINED -> {
                if (current && flag(Layout.FLAG_AWAY)) {
                    setFlag(Layout.FLAG_AWAY, false);
                    Minutes.addAway(s, minute, at - getLong(s, Layout.AT_FOCUS_LOST_MS));
                }
            }
            case EventCodes.SIGNAL_BUILD, EventCodes.SIGNAL_TEST -> {
                if (value == EventCodes.FAILED) {
                    addLong(s, Layout.AT_ERRORS, 1);
                    if (minute >= 0) {
                        StateBytes.addSaturatedByte(s, minute + Layout.MINUTE_FAILURES, 1);
                    }
                }
            }
            case EventCodes.SIGNAL_SAVE -> {
                if (!flag(Layout.FLAG_SAVED)) {
                    setFlag(Layout.FLAG_SAVED, true);
                    addLong(s, Layout.AT_FILES_MODIFIED, 1);
                }
            }
            default -> {
                // Unknown to this version: counts as activity only.
            }
        }
    }

    private void countSwitch(int minute, int atField, int quarters) {
        addLong(state, Layout.AT_CONTEXT_SWITCHES, 1);
        if (minute >= 0) {
            StateBytes.addSaturatedByte(state, minute + atField, 1);
        }
        Baselines.addQuarterSwitches(state, quarters);
        if (atField == Layout.MINUTE_FILE_SWITCHES) {
            setFlag(Layout.FLAG_SAVED, false);
        }
    }

    /**
     * Pauses or ends the session if it has been idle until this instant. No-op for an instant before the last event.
     */
    public void tick(long atMs) {
        if (flag(Layout.FLAG_STARTED) && !flag(Layout.FLAG_ENDED_BY_USER)) {
            idleUntil(timeInRange(atMs));
        }
    }

    /** Ends the session on behalf of its user. Later events count in the totals only. */
    public void end(long atMs) {
        if (flag(Layout.FLAG_ENDED_BY_USER)) {
            return;
        }
        tick(atMs);
        FlowPhase.leave(state, Math.max(timeInRange(atMs), lastActivityAtMs()), Interruption.SESSION_ENDED);
        setFlag(Layout.FLAG_ENDED_BY_USER, true);
        setStatus(ActivityStatus.ENDED);
    }

    /**
     * Advances the clock to an activity. Returns false if it counts in totals only, as it is late or the session has
     * ended.
     */
    private boolean beginActivity(long at) {
        byte[] s = state;
        if (!flag(Layout.FLAG_STARTED)) {
            setFlag(Layout.FLAG_STARTED, true);
            putLong(s, Layout.AT_FIRST_ACTIVITY_MS, at);
            putLong(s, Layout.AT_LAST_ACTIVITY_MS, at);
            putLong(s, Layout.AT_EVALUATED_MS, at);
            FlowPhase.begin(s, at);
            return !flag(Layout.FLAG_ENDED_BY_USER);
        }
        if (at < getLong(s, Layout.AT_FIRST_ACTIVITY_MS)) {
            putLong(s, Layout.AT_FIRST_ACTIVITY_MS, at);
        }
        if (flag(Layout.FLAG_ENDED_BY_USER)) {
            putLong(s, Layout.AT_LAST_ACTIVITY_MS, Math.max(at, lastActivityAtMs()));
            return false;
        }
        if (at < lastActivityAtMs()) {
            return false;
        }
        idleUntil(at);
        putLong(s, Layout.AT_LAST_ACTIVITY_MS, at);
        if (s[Layout.AT_STATUS] != 0) {
            setStatus(ActivityStatus.ACTIVE);
        }
        return true;
    }

    private void idleUntil(long at) {
        long idleMs = at - lastActivityAtMs();
        if (idleMs < PAUSE_TIMEOUT_MS) {
            return;
        }
        if (status() == ActivityStatus.ACTIVE) {
            FlowPhase.leave(
                    state, lastActivityAtMs(), FlowPhase.isAway(state) ? Interruption.LEFT_WINDOW : Interruption.IDLE);
            resetWindow();
            setFlag(Layout.FLAG_AWAY, false);
            setStatus(ActivityStatus.PAUSED);
        }
        if (idleMs >= FlowPhase.GAP_MS) {
            FlowPhase.beginWarmUp(state);
        }
        if (idleMs >= END_TIMEOUT_MS) {
            setStatus(ActivityStatus.ENDED);
        }
    }

    private void evaluate(long from, long at) {
        long evaluatedMs = getLong(state, Layout.AT_EVALUATED_MS);
        putLong(state, Layout.AT_EVALUATED_MS, at);
        long sinceMs = getInt(state, Layout.AT_ACTIVE_SINCE_EVALUATION_MS);
        putInt(state, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, 0);
        read(scratch);
        putInt(state, Layout.AT_INTENSITY, (int) (scratch.intensity * INTENSITY_UNITS));
        FlowPhase.update(state, evaluatedMs, from, at, sinceMs, scratch, model, scale, sensitivity(), replaced);
    }

    /** Reads the flow state as of the last event. */
    public void read(FlowReading into) {
        read(lastActivityAtMs(), into);
    }

    /**
     * Reads the flow state as of an instant, at the earliest the last event. The silence since then lowers the reading.
     */
    public void read(long atMs, FlowReading into) {
        long at = Math.max(timeInRange(atMs), lastActivityAtMs());
        history.read(at, into.history);
        Features.read(state, history, at, scale, into);
        into.model = model.id();
        into.modelIntensity = model.intensity(into);
        into.personal = personal != null && personal.isPersonal();
        into.intensity = personal == null ? into.modelIntensity : personal.intensity(into.modelIntensity);
        into.heldMs = getLong(state, Layout.AT_HELD_ACTIVE_MS);
        into.inFlow = isInFlow();
        into.reason = FlowPhase.reason(state, status(), at - lastActivityAtMs());
        into.flowDurationMs = into.inFlow ? lastActivityAtMs() - flowStartedAtMs() : 0;
    }

    /** Sets the sensitivity of flow detection, 0 (late) to 1 (early); NaN is the default of 0.5. */
    public void setSensitivity(float sensitivity) {
        float inRange = Float.isNaN(sensitivity) ? SENSITIVITY_DEFAULT : Math.clamp(sensitivity, 0f, 1f);
        putInt(state, Layout.AT_SENSITIVITY, Float.floatToRawIntBits(inRange));
    }

    public float sensitivity() {
        return Float.intBitsToFloat(getInt(state, Layout.AT_SENSITIVITY));
    }

    public ActivityStatus status() {
        return ActivityStatus.ofCode(state[Layout.AT_STATUS]);
    }

    public boolean isInFlow() {
        return FlowPhase.isInFlow(state);
    }

    /** Returns why the session is not in flow as of its last event, null if it is. */
    public @Nullable FlowReason reason() {
        return FlowPhase.reason(state, status(), 0);
    }

    /** Returns the start of the current or last flow period, 0 before the first. */
    public long flowStartedAtMs() {
        return getLong(state, Layout.AT_FLOW_STARTED_MS);
    }

    /** Returns the end of the last closed flow period, 0 before the first. An idle period ends at the last activity. */
    public long flowEndedAtMs() {
        return getLong(state, Layout.AT_FLOW_ENDED_MS);
    }

    /** Returns the cause of the end of the last closed flow period, {@code UNKNOWN} before the first. */
    public Interruption flowEndedBy() {
        return Interruption.ofCode(state[Layout.AT_INTERRUPTION]);
    }

    public long keystrokes() {
        return getLong(state, Layout.AT_KEYSTROKES);
    }

    /** Returns the number of deletions, undos, failed builds and failed tests. */
    public long errors() {
        return getLong(state, Layout.AT_ERRORS);
    }

    /** Returns the number of file switches and losses of window focus. */
    public long contextSwitches() {
        return getLong(state, Layout.AT_CONTEXT_SWITCHES);
    }

    /**
     * Returns the number of first saves after a file switch: an upper bound of files modified, as files have no names
     * here.
     */
    public long filesModified() {
        return getLong(state, Layout.AT_FILES_MODIFIED);
    }

    /**
     * Returns the sum of the active time of all keystrokes.
     */
    public long activeMs() {
        return getLong(state, Layout.AT_ACTIVE_MS);
    }

    /** Returns the active time spent in flow. */
    public long flowMs() {
        return getLong(state, Layout.AT_FLOW_MS);
    }

    /** Returns the integral of intensity over active time; divided by {@link #activeMs()} it is the mean intensity. */
    public double intensityMs() {
        return (double) getLong(state, Layout.AT_INTENSITY_UNITS) / INTENSITY_UNITS;
    }

    /** Returns the number of flow periods that ended before the session did. */
    public long interruptions() {
        return getLong(state, Layout.AT_INTERRUPTIONS);
    }

    /** Returns the earliest activity, 0 before the first. */
    public long firstActivityAtMs() {
        return getLong(state, Layout.AT_FIRST_ACTIVITY_MS);
    }

    /** Returns the latest activity, 0 before the first. */
    public long lastActivityAtMs() {
        return getLong(state, Layout.AT_LAST_ACTIVITY_MS);
    }

    private static long timeInRange(long atMs) {
        return Math.clamp(atMs, 0, TIME_MAX_MS);
    }

    private boolean flag(int flag) {
        return (state[Layout.AT_FLAGS] & flag) != 0;
    }

    private void setFlag(int flag, boolean on) {
        state[Layout.AT_FLAGS] = (byte) (on ? state[Layout.AT_FLAGS] | flag : state[Layout.AT_FLAGS] & ~flag);
    }

    private void setStatus(ActivityStatus status) {
        state[Layout.AT_STATUS] = (byte) status.ordinal();
    }
}
