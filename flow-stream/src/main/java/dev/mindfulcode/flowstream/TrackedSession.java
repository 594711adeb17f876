package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.SequenceRanges;
import dev.mindfulcode.engine.SessionState;
import dev.mindfulcode.engine.Status;
import dev.mindfulcode.engine.personal.PersonalLayer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One session as its store keeps it: a small header, the engine's state as it is, and the sequences seen. All three in one value,
 * so that a batch costs one read and one write and can be counted in part by no accident.
 *
 * <p>A working copy: nothing is stored before {@link #toValue()} is. Reusable, not thread-safe.
 */
final class TrackedSession {

    /** Gaps that a session's sequences may have at once, plus one. */
    static final int RANGES_MAX = 1_024;

    /** Minutes that may wait for the next flow state before they are told at once. */
    static final int UNTOLD_MINUTES_MAX = 8;

    private static final byte LAYOUT_VERSION = 1;

    private static final long MINUTE_MS = 60_000;

    private static final int AT_LAYOUT_VERSION = 0;
    private static final int AT_DIRTY = 1;
    private static final int AT_OVERRIDE = 2;
    private static final int AT_PERIOD_OPEN = 3;
    private static final int AT_UNTOLD_COUNT = 4;
    private static final int AT_DELETED = 5;
    private static final int AT_VERSION = 8;
    private static final int AT_TOLD_AT_MS = 16;
    private static final int AT_STARTED_AT_MS = 24;
    private static final int AT_RECEIVED_AT_MS = 32;
    private static final int AT_OVERRIDDEN_AT_MS = 40;
    private static final int AT_PERIOD_KEYSTROKES = 48;
    private static final int AT_PERIOD_ACTIVE_MS = 56;
    private static final int AT_PERIOD_INTENSITY_MS = 64;
    private static final int AT_UNTOLD_MINUTES = 72;
    private static final int HEADER_BYTES = AT_UNTOLD_MINUTES + UNTOLD_MINUTES_MAX * Long.BYTES;

    private static final int NOT_OVERRIDDEN = -1;
    private static final Status[] STATUSES = Status.values();

    private final byte[] header = new byte[HEADER_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(header);
    private final byte[] engineState = new byte[SessionState.SIZE_BYTES];
    private final SessionState unjudged = new SessionState();
    private SessionState engine = unjudged;
    private @Nullable PersonalLayer personal;
    private byte[] sequences = SequenceRanges.empty();

    /** Becomes a session of which nothing is known but when it began. */
    TrackedSession begin(byte[] freshEngineState, long startedAtMs, long receivedAtMs) {
        fields.clear().put(new byte[HEADER_BYTES]);
        header[AT_LAYOUT_VERSION] = LAYOUT_VERSION;
        header[AT_OVERRIDE] = NOT_OVERRIDDEN;
        fields.putLong(AT_STARTED_AT_MS, startedAtMs);
        fields.putLong(AT_RECEIVED_AT_MS, receivedAtMs);
        System.arraycopy(freshEngineState, 0, engineState, 0, engineState.length);
        engine = unjudged.wrap(engineState);
        readAs(null);
        sequences = SequenceRanges.empty();
        return this;
    }

    /** Becomes the session that was stored. The value itself is left alone: a cache may hold the same array. */
    TrackedSession load(byte[] value) {
        if (value[AT_LAYOUT_VERSION] != LAYOUT_VERSION) {
            throw new IllegalStateException(
                    "the stored session is of another release: reset the stream and let it replay");
        }
        System.arraycopy(value, 0, header, 0, HEADER_BYTES);
        System.arraycopy(value, HEADER_BYTES, engineState, 0, engineState.length);
        engine = unjudged.wrap(engineState);
        readAs(null);
        int sequencesAt = HEADER_BYTES + engineState.length;
        byte[] loaded = new byte[value.length - sequencesAt];
        System.arraycopy(value, sequencesAt, loaded, 0, loaded.length);
        sequences = loaded;
        return this;
    }

    /** Returns the engine's state inside a stored value. */
    static byte[] engineStateOf(byte[] value) {
        byte[] state = new byte[SessionState.SIZE_BYTES];
        System.arraycopy(value, HEADER_BYTES, state, 0, state.length);
        return state;
    }

    byte[] toValue() {
        byte[] value = new byte[HEADER_BYTES + engineState.length + sequences.length];
        System.arraycopy(header, 0, value, 0, HEADER_BYTES);
        System.arraycopy(engineState, 0, value, HEADER_BYTES, engineState.length);
        System.arraycopy(sequences, 0, value, HEADER_BYTES + engineState.length, sequences.length);
        return value;
    }

    SessionState engine() {
        return engine;
    }

    /** Returns the fingerprint of the model that judges this session, 0 when none does yet. */
    int judge() {
        return SessionState.judgeOf(engineState);
    }

    /** Has intensities read as the session's user means them, whatever model judges; null for as the model has them. */
    void readAs(@Nullable PersonalLayer layer) {
        personal = layer;
        engine.readAs(layer);
    }

    /** Goes on under this model, or is taken over by it where another has judged. */
    void judgeBy(SessionState flyweight) {
        engine = flyweight.wrap(engineState);
        engine.readAs(personal);
        engine.takeOver();
    }

    /**
     * Whether another model may take over before an event of this instant: what it would judge has been judged by no other. Not in flow,
     * and either nothing is left of what was typed (a new session, or one that paused) or a new minute begins, with which a new window
     * does.
     */
    boolean isBoundary(long atMs) {
        if (engine.isInFlow()) {
            return false;
        }
        long minute = Math.floorDiv(atMs, MINUTE_MS);
        return !hasActivity()
                || engine.status() != Status.ACTIVE
                || minute > Math.floorDiv(engine.lastActivityAtMs(), MINUTE_MS);
    }

    boolean hasSeen(long sequence) {
        return SequenceRanges.contains(sequences, sequence);
    }

    /** @throws PoisonRecordException where the set would need more ranges than it may */
    void markSeen(long sequence) {
        byte[] more = SequenceRanges.add(sequences, sequence);
        if (SequenceRanges.ranges(more) > RANGES_MAX) {
            throw new PoisonRecordException(DeadLetterReason.TOO_MANY_GAPS);
        }
        sequences = more;
    }

    /** Returns how the session stands: as its user said since the last activity, otherwise as the engine has it. */
    Status status() {
        int override = header[AT_OVERRIDE];
        return override == NOT_OVERRIDDEN || engine.status() == Status.ENDED ? engine.status() : STATUSES[override];
    }

    /** Lets the session stand as said until there is activity after this instant. */
    void override(Status status, long atMs) {
        header[AT_OVERRIDE] = (byte) status.ordinal();
        fields.putLong(AT_OVERRIDDEN_AT_MS, atMs);
    }

    void endOverride() {
        header[AT_OVERRIDE] = NOT_OVERRIDDEN;
    }

    void endOverrideBefore(long activityAtMs) {
        if (activityAtMs > fields.getLong(AT_OVERRIDDEN_AT_MS)) {
            endOverride();
        }
    }

    /** After a silence long enough to pause it, a session that its user had resumed stands as the engine has it. */
    void endOverrideAfterSilence(long silenceMs) {
        boolean resumed = header[AT_OVERRIDE] == Status.ACTIVE.ordinal();
        if (resumed && silenceMs >= SessionState.PAUSED_AFTER_MS) {
            endOverride();
        }
    }

    /** Whether its user deleted it: what still comes is dropped. It stays, for what is normal for its user was learned in it. */
    boolean isDeleted() {
        return header[AT_DELETED] != 0;
    }

    void delete() {
        header[AT_DELETED] = 1;
        header[AT_DIRTY] = 0;
        endOverride();
        clearUntoldMinutes();
    }

    boolean hasActivity() {
        return engine.lastActivityAtMs() != 0;
    }

    long startedAtMs() {
        return fields.getLong(AT_STARTED_AT_MS);
    }

    /** Returns ingest's time of the latest batch, or the gateway's of the latest sign of life. */
    long receivedAtMs() {
        return fields.getLong(AT_RECEIVED_AT_MS);
    }

    void receivedAt(long receivedAtMs) {
        fields.putLong(AT_RECEIVED_AT_MS, Math.max(receivedAtMs, receivedAtMs()));
    }

    /** Whether there is something that no flow state has told yet. */
    boolean isDirty() {
        return header[AT_DIRTY] != 0;
    }

    void markDirty() {
        header[AT_DIRTY] = 1;
    }

    /** Returns when the last flow state was made, by the wall clock; 0 before the first. */
    long toldAtMs() {
        return fields.getLong(AT_TOLD_AT_MS);
    }

    /** Counts a flow state and returns its version. */
    long told(long nowMs) {
        long version = fields.getLong(AT_VERSION) + 1;
        fields.putLong(AT_VERSION, version);
        fields.putLong(AT_TOLD_AT_MS, nowMs);
        header[AT_DIRTY] = 0;
        return version;
    }

    /** Remembers a minute to be told with the next flow state; false where there is no room for it. */
    boolean addUntoldMinute(long minuteMs) {
        int count = header[AT_UNTOLD_COUNT];
        for (int i = 0; i < count; i++) {
            if (untoldMinuteMs(i) == minuteMs) {
                return true;
            }
        }
        if (count == UNTOLD_MINUTES_MAX) {
            return false;
        }
        fields.putLong(AT_UNTOLD_MINUTES + count * Long.BYTES, minuteMs);
        header[AT_UNTOLD_COUNT] = (byte) (count + 1);
        return true;
    }

    int untoldMinutes() {
        return header[AT_UNTOLD_COUNT];
    }

    long untoldMinuteMs(int index) {
        return fields.getLong(AT_UNTOLD_MINUTES + index * Long.BYTES);
    }

    void clearUntoldMinutes() {
        header[AT_UNTOLD_COUNT] = 0;
    }

    boolean isPeriodOpen() {
        return header[AT_PERIOD_OPEN] != 0;
    }

    /** Remembers the totals with which a flow period begins. */
    void openPeriod() {
        header[AT_PERIOD_OPEN] = 1;
        fields.putLong(AT_PERIOD_KEYSTROKES, engine.keystrokes());
        fields.putLong(AT_PERIOD_ACTIVE_MS, engine.activeMs());
        fields.putDouble(AT_PERIOD_INTENSITY_MS, engine.intensityMs());
    }

    void closePeriod() {
        header[AT_PERIOD_OPEN] = 0;
    }

    long periodKeystrokes() {
        return engine.keystrokes() - fields.getLong(AT_PERIOD_KEYSTROKES);
    }

    /** Returns the mean intensity of the period so far, or the given one while no active time has passed in it. */
    double periodMeanIntensity(double whenNoTime) {
        long activeMs = engine.activeMs() - fields.getLong(AT_PERIOD_ACTIVE_MS);
        double intensityMs = engine.intensityMs() - fields.getDouble(AT_PERIOD_INTENSITY_MS);
        return activeMs == 0 ? whenNoTime : intensityMs / activeMs;
    }
}
