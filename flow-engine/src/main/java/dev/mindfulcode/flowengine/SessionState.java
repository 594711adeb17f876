package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addLong;
import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.putInt;
import static dev.mindfulcode.flowengine.StateBytes.putLong;

import dev.mindfulcode.flowengine.personal.PersonalLayer;
import org.jspecify.annotations.Nullable;

/**
 * One session's state and what changes it: a flyweight over {@link #SIZE_BYTES} bytes. {@link #wrap} puts it over a
 * state; every operation writes straight through to those bytes, allocates nothing, and takes time from its arguments
 * only.
 *
 * <p>All decisions are taken per event and never per batch, so the same events give the same bytes however they were
 * batched. Flow is looked at with the first keystroke {@link #EVALUATION_INTERVAL_MS} or more after the last look. A
 * {@link #tick} in the order of time changes nothing that the next event would not have changed.
 *
 * <p><b>Late events</b> (older than {@link #lastActivityAtMs()}) and events after {@link #end} count in the totals and,
 * where it is still known, in their minute, so that a gap filled late is no longer a gap. They never move the clock
 * back, never enter the window, and never open or close flow themselves.
 *
 * <p>Feeding an event twice counts it twice: leaving out duplicates is the caller's job ({@link SeenBatches}). Times
 * are epoch milliseconds, and are held within 0 and {@link #TIME_MAX_MS}.
 *
 * <p>Not thread-safe. Reusable: one flyweight serves any number of states, one after the other.
 */
public final class SessionState {
    /** Length of a state in bytes; always less than 1024. */
    public static final int SIZE_BYTES = Layout.SIZE_BYTES;

    /** An interval up to this long is active time: the upper bound of a micro pause (Shrestha, ICSE-SEET 2022). */
    public static final int ACTIVE_INTERVAL_MS_MAX = 15_000;

    /** Silence after which a session is paused. A convention without a peer-reviewed source. */
    public static final long PAUSE_TIMEOUT_MS = 5 * 60_000;

    /** Silence after which a session is ended. A convention without a peer-reviewed source. */
    public static final long END_TIMEOUT_MS = 30 * 60_000;

    /** How often flow is looked at, in event time. */
    public static final long EVALUATION_INTERVAL_MS = 5_000;

    /** Active time for which the conditions must have held without a break before flow begins. A convention. */
    public static final long FLOW_ENTRY_DELAY_MS = 2 * 60_000;

    /** Latest time accepted as it is: the year 37,000 or so. */
    public static final long TIME_MAX_MS = 1L << 50;

    /**
     * Whoever did this much in the last {@link #WORK_MINUTES} minutes was at work: a pause then breaks something off.
     */
    static final int WORK_EVENTS_MIN = 30;

    static final int WORK_MINUTES = 5;

    static final float SENSITIVITY_DEFAULT = 0.5f;
    static final int INTENSITY_UNITS = 1 << 16;

    private static final byte[] NO_STATE = new byte[0];

    private final FlowReading scratch = new FlowReading();
    private final FlowModel model;
    private final int modelFingerprint;
    private byte[] state = NO_STATE;
    private @Nullable PersonalLayer personal;

    /** A flyweight that judges with the built-in model. */
    public SessionState() {
        this(FlowModel.builtIn());
    }

    /**
     * A flyweight that judges with this model. To swap models put another flyweight over the same bytes and
     * {@link #switchModel}.
     */
    public SessionState(FlowModel model) {
        this.model = model;
        this.modelFingerprint = ModelArtefact.fingerprint(model);
    }

    /** Returns the state of a new session of a person of whom nothing is known. */
    public static byte[] fresh() {
        byte[] state = new byte[SIZE_BYTES];
        state[Layout.AT_VERSION] = Layout.VERSION;
        putInt(state, Layout.AT_SENSITIVITY, Float.floatToRawIntBits(SENSITIVITY_DEFAULT));
        putInt(state, Layout.AT_INTENSITY, INTENSITY_UNITS / 2);
        Baselines.putPrior(state);
        return state;
    }

    /**
     * Returns the state of a new session of the person whose earlier session this is: what is normal for them comes
     * along, also what was still in the earlier session's window. The earlier state is left as it was.
     */
    public static byte[] freshAfter(byte[] earlierSession) {
        requireReadable(earlierSession);
        byte[] earlier = earlierSession.clone();
        KeystrokeWindow.clearIntoBaselines(earlier);
        byte[] state = fresh();
        System.arraycopy(earlier, Layout.AT_PERSON, state, Layout.AT_PERSON, Layout.PERSON_BYTES);
        System.arraycopy(earlier, Layout.AT_SENSITIVITY, state, Layout.AT_SENSITIVITY, Float.BYTES);
        return state;
    }

    /**
     * Puts this flyweight over a state made by {@link #fresh()}; writes go through to the array.
     *
     * @throws IllegalArgumentException where these bytes are no state that this engine could have left, for a damaged
     *     one could hang or mislead; such a session is recomputed from the log
     */
    public SessionState wrap(byte[] bytes) {
        requireReadable(bytes);
        state = bytes;
        return this;
    }

    /** Returns the {@link ModelArtefact#fingerprint} of the model that took this state over last; 0 when none did. */
    public static int modelFingerprintOf(byte[] bytes) {
        requireReadable(bytes);
        return getInt(bytes, Layout.AT_MODEL_FINGERPRINT);
    }

    /** Returns the {@link ModelArtefact#fingerprint} of this flyweight's model. */
    public int modelFingerprint() {
        return modelFingerprint;
    }

    /**
     * Makes this flyweight's model the one that judges the session from here on. Nothing that another model made of the
     * present stays: the window's keystrokes go to the baselines and it begins empty, how long conditions have held is
     * 0, intensity is neutral, and a flow period that is open ends as {@link Interruption#UNKNOWN} (choose a moment
     * when none is). Totals stay. Does nothing where the model is the judge already.
     */
    public void switchModel() {
        if (getInt(state, Layout.AT_MODEL_FINGERPRINT) == modelFingerprint) {
            return;
        }
        leaveFlow(lastActivityAtMs(), Interruption.UNKNOWN);
        resetWindow();
        putInt(state, Layout.AT_MODEL_FINGERPRINT, modelFingerprint);
    }

    private void resetWindow() {
        KeystrokeWindow.clearIntoBaselines(state);
        putLong(state, Layout.AT_HELD_ACTIVE_MS, 0);
        putInt(state, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, 0);
        putInt(state, Layout.AT_INTENSITY, INTENSITY_UNITS / 2);
    }

    /**
     * Has this flyweight read intensities as a person means them, from now on and over whichever state; null for the
     * model's own. The layer is asked at each reading and is not part of the state.
     */
    public void withPersonalization(@Nullable PersonalLayer layer) {
        personal = layer;
    }

    private static void requireReadable(byte[] bytes) {
        if (bytes.length != SIZE_BYTES || bytes[Layout.AT_VERSION] != Layout.VERSION) {
            throw new IllegalArgumentException(
                    "not a session state of version " + Layout.VERSION + ": recompute it from the log");
        }
        if (!Integrity.holds(bytes)) {
            throw new IllegalArgumentException("a damaged session state: recompute it from the log");
        }
    }

    /**
     * Applies one keystroke.
     *
     * @param atMs when the key went down
     * @param intervalMs since the key before; negative counts as 0
     * @param keyClassCode a key class's code; an unknown one counts as an ordinary key
     * @param dwellMs how long the key was down, or -1; not used by this version of the features
     */
    public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
        keystroke(atMs, intervalMs, keyClassCode, dwellMs, activeMs(intervalMs));
    }

    /** Returns how much of an interval is active time. */
    public static int activeMs(int intervalMs) {
        return intervalMs > ACTIVE_INTERVAL_MS_MAX ? 0 : Math.max(intervalMs, 0);
    }

    /**
     * Applies one keystroke of whose interval a part may have been counted before, by keystrokes that came earlier and
     * overlap with it.
     *
     * @param activeMs how much of {@link #activeMs} is to be counted
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
        int minute = Minutes.find(s, at, current);
        if (minute >= 0) {
            Minutes.count(s, minute, at);
            StateBytes.addSaturatedShort(s, minute + Layout.MINUTE_ACTIVE_MS, activeMs);
        }
        if (!current) {
            return;
        }
        addLong(s, Layout.AT_INTENSITY_UNITS, (long) getInt(s, Layout.AT_INTENSITY) * activeMs);
        if (isInFlow()) {
            addLong(s, Layout.AT_FLOW_MS, activeMs);
        }
        int sinceEvaluation = getInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS) + activeMs;
        putInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, Math.max(sinceEvaluation, 0));
        KeystrokeWindow.push(s, interval, correction);
        if (at - getLong(s, Layout.AT_EVALUATED_MS) >= EVALUATION_INTERVAL_MS) {
            evaluate(at);
        }
    }

    /**
     * Applies one editor signal. All but diagnostics are activity, as a key is.
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
        if (minute >= 0) {
            Minutes.count(s, minute, at);
        }
        switch (kindCode) {
            case EventCodes.SIGNAL_FILE_SWITCH -> countSwitch(minute, Layout.MINUTE_FILE_SWITCHES, 1);
            case EventCodes.SIGNAL_FOCUS_LOST -> {
                countSwitch(minute, Layout.MINUTE_FOCUS_LOSSES, Baselines.QUARTERS_PER_FOCUS_LOSS);
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
                // A kind newer than this engine: activity, and nothing more is known of it.
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
     * Lets the session pause or end when nothing happened until this instant. An earlier instant than the last event's
     * changes nothing.
     */
    public void tick(long atMs) {
        if (flag(Layout.FLAG_STARTED) && !flag(Layout.FLAG_ENDED_BY_USER)) {
            idleUntil(timeInRange(atMs));
        }
    }

    /** Ends the session as its user wished. What still arrives counts in the totals; nothing opens flow again. */
    public void end(long atMs) {
        if (flag(Layout.FLAG_ENDED_BY_USER)) {
            return;
        }
        tick(atMs);
        leaveFlow(Math.max(timeInRange(atMs), lastActivityAtMs()), Interruption.SESSION_ENDED);
        setFlag(Layout.FLAG_ENDED_BY_USER, true);
        setStatus(ActivityStatus.ENDED);
    }

    /**
     * Moves the clock to an activity; false when it is late or the session is over, so that it only counts in totals.
     */
    private boolean beginActivity(long at) {
        byte[] s = state;
        if (!flag(Layout.FLAG_STARTED)) {
            setFlag(Layout.FLAG_STARTED, true);
            putLong(s, Layout.AT_FIRST_ACTIVITY_MS, at);
            putLong(s, Layout.AT_BEGAN_MS, at);
            putLong(s, Layout.AT_LAST_ACTIVITY_MS, at);
            putLong(s, Layout.AT_EVALUATED_MS, at);
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
            leaveFlow(lastActivityAtMs(), Interruption.IDLE);
            if (Minutes.eventsUpTo(state, lastActivityAtMs(), WORK_MINUTES) >= WORK_EVENTS_MIN) {
                Baselines.learnBreak(state);
            }
            resetWindow();
            setFlag(Layout.FLAG_AWAY, false);
            setStatus(ActivityStatus.PAUSED);
        }
        if (idleMs >= END_TIMEOUT_MS) {
            setStatus(ActivityStatus.ENDED);
        }
    }

    private void evaluate(long at) {
        byte[] s = state;
        putLong(s, Layout.AT_EVALUATED_MS, at);
        long sinceMs = getInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS);
        putInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS, 0);
        read(scratch);
        putInt(s, Layout.AT_INTENSITY, (int) (scratch.intensity * INTENSITY_UNITS));
        if (isInFlow()) {
            if (scratch.intensity < model.leaveThreshold(sensitivity())) {
                leaveFlow(at, weakest(scratch));
                putLong(s, Layout.AT_HELD_ACTIVE_MS, 0);
            } else {
                addLong(s, Layout.AT_HELD_ACTIVE_MS, sinceMs);
            }
            return;
        }
        boolean holds = scratch.intensity >= model.enterThreshold(sensitivity())
                && scratch.confidence >= FlowReading.CONFIDENCE_FOR_FLOW;
        long heldMs = holds ? getLong(s, Layout.AT_HELD_ACTIVE_MS) + sinceMs : 0;
        putLong(s, Layout.AT_HELD_ACTIVE_MS, heldMs);
        if (heldMs >= FLOW_ENTRY_DELAY_MS) {
            setFlag(Layout.FLAG_IN_FLOW, true);
            putLong(s, Layout.AT_FLOW_STARTED_MS, at);
        }
    }

    private void leaveFlow(long at, Interruption why) {
        if (!isInFlow()) {
            return;
        }
        setFlag(Layout.FLAG_IN_FLOW, false);
        putLong(state, Layout.AT_FLOW_ENDED_MS, at);
        state[Layout.AT_INTERRUPTION] = (byte) why.ordinal();
        if (why != Interruption.SESSION_ENDED) {
            addLong(state, Layout.AT_INTERRUPTIONS, 1);
        }
    }

    private static Interruption weakest(FlowReading reading) {
        float rhythm = Math.min(reading.rhythm, Math.min(reading.consistency, reading.velocity));
        float accuracy = 1 - reading.errorPenalty;
        if (accuracy <= rhythm && accuracy <= reading.focus) {
            return Interruption.ERRORS;
        }
        return reading.focus <= rhythm ? Interruption.CONTEXT_SWITCH : Interruption.RHYTHM_LOST;
    }

    /** Reads the flow state as of the last event into a holder that the caller may use again. Changes nothing. */
    public void read(FlowReading into) {
        read(lastActivityAtMs(), into);
    }

    /**
     * Reads the flow state as of an instant: the silence since the last event weighs in. An instant before it counts as
     * that event's.
     */
    public void read(long atMs, FlowReading into) {
        Features.read(state, Math.max(timeInRange(atMs), lastActivityAtMs()), into);
        into.model = model.id();
        into.modelIntensity = model.intensity(into);
        into.personal = personal != null && personal.isPersonal();
        into.intensity = personal == null ? into.modelIntensity : personal.intensity(into.modelIntensity);
        into.heldMs = getLong(state, Layout.AT_HELD_ACTIVE_MS);
        into.inFlow = isInFlow();
        into.flowDurationMs = into.inFlow ? lastActivityAtMs() - flowStartedAtMs() : 0;
    }

    /** Sets how readily flow is recognised: 0 only when it is plain, 1 early; NaN is taken as the default of 0.5. */
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
        return flag(Layout.FLAG_IN_FLOW);
    }

    /** Returns when the present flow period began, or the last one when not in flow; 0 when there was none. */
    public long flowStartedAtMs() {
        return getLong(state, Layout.AT_FLOW_STARTED_MS);
    }

    /** Returns when the last closed flow period ended; 0 when there was none. By idleness: at the last activity. */
    public long flowEndedAtMs() {
        return getLong(state, Layout.AT_FLOW_ENDED_MS);
    }

    /** Returns what ended the last closed flow period; {@code UNKNOWN} when there was none. */
    public Interruption flowEndedBy() {
        return Interruption.ofCode(state[Layout.AT_INTERRUPTION]);
    }

    public long keystrokes() {
        return getLong(state, Layout.AT_KEYSTROKES);
    }

    /** Returns deletions, undos, and builds and tests that failed. */
    public long errors() {
        return getLong(state, Layout.AT_ERRORS);
    }

    /** Returns file switches and losses of window focus. */
    public long contextSwitches() {
        return getLong(state, Layout.AT_CONTEXT_SWITCHES);
    }

    /**
     * Returns how often a file was saved for the first time since the last switch. Files have no names here, so it is
     * an upper bound.
     */
    public long filesModified() {
        return getLong(state, Layout.AT_FILES_MODIFIED);
    }

    /**
     * Returns the sum of all intervals of at most {@link #ACTIVE_INTERVAL_MS_MAX}, without what its caller left out.
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

    /** Returns how many flow periods ended otherwise than with the session. */
    public long interruptions() {
        return getLong(state, Layout.AT_INTERRUPTIONS);
    }

    /** Returns the earliest activity, 0 when there was none. */
    public long firstActivityAtMs() {
        return getLong(state, Layout.AT_FIRST_ACTIVITY_MS);
    }

    /** Returns the latest activity, 0 when there was none. */
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
