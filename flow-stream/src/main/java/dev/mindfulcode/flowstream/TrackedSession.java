package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.EarlierLayouts;
import dev.mindfulcode.flowengine.SequenceRanges;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A session as its store holds it, in one value: a header, the engine's state and the sequences seen. {@link BatchIds}
 * holds which batches were accepted; the sequences say where a batch belongs and which of them were used twice.
 *
 * <p>A working copy: nothing is stored until {@link #toValue()} is. Reusable, not thread-safe.
 */
final class TrackedSession {

    /** Gaps that a session's sequences may have at once, plus one; beyond it the first gap counts as seen. */
    static final int RANGES_MAX = 1_024;

    /** Minutes that may wait for the next flow state; one more publishes them at once. */
    static final int PENDING_MINUTES_MAX = 8;

    static final long NEVER = Long.MIN_VALUE;

    private static final byte LAYOUT_VERSION = 6;

    // These differ in the layout of the engine's state only: 2 and 3.
    private static final byte LAYOUT_VERSION_4 = 4;
    private static final byte LAYOUT_VERSION_5 = 5;

    private static final long MINUTE_MS = 60_000;

    private static final int AT_LAYOUT_VERSION = 0;
    private static final int AT_DIRTY = 1;
    private static final int AT_OVERRIDE = 2;
    private static final int AT_PENDING_COUNT = 3;
    private static final int AT_DELETED = 4;
    private static final int AT_VERSION = 8;
    private static final int AT_PUBLISHED_AT_MS = 16;
    private static final int AT_STARTED_AT_MS = 24;
    private static final int AT_RECEIVED_AT_MS = 32;
    private static final int AT_OVERRIDDEN_AT_MS = 40;
    private static final int AT_NEXT_SEQUENCE = 48;
    private static final int AT_SILENT_UNTIL_MS = 56;
    private static final int AT_ENDED_AT_MS = 64;
    private static final int AT_ACTIVITY_RECEIVED_AT_MS = 72;
    private static final int AT_BATCH_IDS = 80;
    private static final int AT_SEQUENCES_REUSED = 88;
    private static final int AT_PERIOD = 96;
    private static final int AT_PENDING_MINUTES = AT_PERIOD + TrackedPeriod.SIZE_BYTES;
    private static final int HEADER_BYTES = AT_PENDING_MINUTES + PENDING_MINUTES_MAX * Long.BYTES;

    private static final int NOT_OVERRIDDEN = -1;
    private static final ActivityStatus[] STATUSES = ActivityStatus.values();

    private final byte[] header = new byte[HEADER_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(header);
    private final TrackedPeriod period = new TrackedPeriod(fields.slice(AT_PERIOD, TrackedPeriod.SIZE_BYTES));
    private final byte[] engineState = new byte[SessionState.SIZE_BYTES];
    private final SessionState unscored = new SessionState();
    private SessionState engine = unscored;
    private @Nullable PersonalLayer personal;
    private byte[] sequences = SequenceRanges.empty();

    /** Becomes a new session. */
    TrackedSession begin(byte[] freshEngineState, long startedAtMs, long receivedAtMs) {
        fields.clear().put(new byte[HEADER_BYTES]);
        header[AT_LAYOUT_VERSION] = LAYOUT_VERSION;
        header[AT_OVERRIDE] = NOT_OVERRIDDEN;
        fields.putLong(AT_STARTED_AT_MS, startedAtMs);
        fields.putLong(AT_RECEIVED_AT_MS, receivedAtMs);
        fields.putLong(AT_ENDED_AT_MS, NEVER);
        period.reset();
        System.arraycopy(freshEngineState, 0, engineState, 0, engineState.length);
        engine = unscored.wrap(engineState);
        withPersonalization(null);
        sequences = SequenceRanges.empty();
        return this;
    }

    /** Becomes a stored session. Leaves the value unchanged: a cache may hold the same array. */
    TrackedSession load(byte[] value) {
        int engineBytes = engineBytes(value);
        System.arraycopy(value, 0, header, 0, HEADER_BYTES);
        header[AT_LAYOUT_VERSION] = LAYOUT_VERSION;
        if (value[AT_LAYOUT_VERSION] == LAYOUT_VERSION) {
            System.arraycopy(value, HEADER_BYTES, engineState, 0, engineState.length);
        } else {
            System.arraycopy(engineStateOf(value), 0, engineState, 0, engineState.length);
        }
        engine = unscored.wrap(engineState);
        withPersonalization(null);
        int sequencesAt = HEADER_BYTES + engineBytes;
        byte[] loaded = new byte[value.length - sequencesAt];
        System.arraycopy(value, sequencesAt, loaded, 0, loaded.length);
        sequences = loaded;
        return this;
    }

    /** Returns the length of the engine's state inside a stored value. */
    private static int engineBytes(byte[] value) {
        return switch (value[AT_LAYOUT_VERSION]) {
            case LAYOUT_VERSION -> SessionState.SIZE_BYTES;
            case LAYOUT_VERSION_5 -> EarlierLayouts.sizeBytes(3);
            case LAYOUT_VERSION_4 -> EarlierLayouts.sizeBytes(2);
            default ->
                throw new IllegalStateException("Stored session has layout " + value[AT_LAYOUT_VERSION] + ", expected "
                        + LAYOUT_VERSION + "; reset the stream and replay the log");
        };
    }

    /** Returns the engine's state inside a stored value, in the present layout. */
    static byte[] engineStateOf(byte[] value) {
        byte[] state = Arrays.copyOfRange(value, HEADER_BYTES, HEADER_BYTES + engineBytes(value));
        return value[AT_LAYOUT_VERSION] == LAYOUT_VERSION ? state : EarlierLayouts.converted(state);
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

    /** Returns what was published of the current flow period. */
    TrackedPeriod period() {
        return period;
    }

    /** Returns the fingerprint of the model that scores this session, 0 if none does yet. */
    int modelFingerprint() {
        return SessionState.modelFingerprintOf(engineState);
    }

    /** Reads intensities with the user's personal layer, under any model; null for the model's own intensities. */
    void withPersonalization(@Nullable PersonalLayer layer) {
        personal = layer;
        engine.withPersonalization(layer);
    }

    /** Scores the session by this model; switches to it if another has scored before. */
    void useModel(SessionState flyweight) {
        engine = flyweight.wrap(engineState);
        engine.withPersonalization(personal);
        engine.switchModel();
    }

    /**
     * Returns whether another model may score from an event at this instant on without mixing with the scores before:
     * not in flow, and either no recent keystrokes remain (a new or paused session) or a new minute, and with it a new
     * window, begins.
     */
    boolean isBoundary(long atMs) {
        if (engine.isInFlow()) {
            return false;
        }
        long minute = Math.floorDiv(atMs, MINUTE_MS);
        return !hasActivity()
                || engine.status() != ActivityStatus.ACTIVE
                || minute > Math.floorDiv(engine.lastActivityAtMs(), MINUTE_MS);
    }

    boolean hasSeen(long sequence) {
        return SequenceRanges.contains(sequences, sequence);
    }

    void markSeen(long sequence) {
        byte[] more = SequenceRanges.add(sequences, sequence);
        sequences = SequenceRanges.ranges(more) > RANGES_MAX ? SequenceRanges.withoutFirstGap(more) : more;
    }

    /** Returns the sequence after the highest seen, with which an editor that lost its state continues. */
    long sequencesEnd() {
        return SequenceRanges.end(sequences);
    }

    /** Returns how many batch ids are stored for the session. */
    long batchIds() {
        return fields.getLong(AT_BATCH_IDS);
    }

    void countBatchId() {
        fields.putLong(AT_BATCH_IDS, batchIds() + 1);
    }

    /** Returns how many batches had a sequence that another batch had used before. */
    long sequencesReused() {
        return fields.getLong(AT_SEQUENCES_REUSED);
    }

    void countReusedSequence() {
        fields.putLong(AT_SEQUENCES_REUSED, sequencesReused() + 1);
    }

    /** Returns the status that the user set since the last activity, otherwise the one derived from activity. */
    ActivityStatus status() {
        int override = header[AT_OVERRIDE];
        ActivityStatus derived = derivedStatus();
        return override == NOT_OVERRIDDEN || derived == ActivityStatus.ENDED ? derived : STATUSES[override];
    }

    /** Returns the status by typing and silence. The engine does not know of the silence: late batches may fill it. */
    ActivityStatus derivedStatus() {
        if (isEnded()) {
            return ActivityStatus.ENDED;
        }
        long silenceMs = silentUntilMs() - engine.lastActivityAtMs();
        if (!hasActivity() || silenceMs < SessionState.PAUSE_TIMEOUT_MS) {
            return engine.status();
        }
        return silenceMs >= SessionState.END_TIMEOUT_MS || engine.status() == ActivityStatus.ENDED
                ? ActivityStatus.ENDED
                : ActivityStatus.PAUSED;
    }

    /** Returns the event time up to which silence is known; before the last activity if none is. */
    long silentUntilMs() {
        return fields.getLong(AT_SILENT_UNTIL_MS);
    }

    void extendSilence(long atMs) {
        fields.putLong(AT_SILENT_UNTIL_MS, Math.max(atMs, silentUntilMs()));
    }

    /** Records new activity in a batch received then, which ends any silence. */
    void activityReceived(long receivedAtMs) {
        fields.putLong(AT_SILENT_UNTIL_MS, 0);
        fields.putLong(AT_ACTIVITY_RECEIVED_AT_MS, receivedAtMs);
    }

    boolean isEnded() {
        return fields.getLong(AT_ENDED_AT_MS) != NEVER;
    }

    /** Returns when its user ended it, {@link #NEVER} if they did not. */
    long endedAtMs() {
        return fields.getLong(AT_ENDED_AT_MS);
    }

    /** Ends the session. The engine learns of it with the first later event, since earlier ones may still arrive. */
    void endByUser(long atMs) {
        if (!isEnded()) {
            fields.putLong(AT_ENDED_AT_MS, Math.max(atMs, 0));
        }
    }

    /** Returns the sequence of the batch to apply next. */
    long nextSequence() {
        return fields.getLong(AT_NEXT_SEQUENCE);
    }

    void markApplied(long sequence) {
        fields.putLong(AT_NEXT_SEQUENCE, Math.max(sequence + 1, nextSequence()));
    }

    /** Returns when ingest received the batch with the latest activity, as far as teams are concerned. */
    long activityReceivedAtMs() {
        return fields.getLong(AT_ACTIVITY_RECEIVED_AT_MS);
    }

    /** Returns a copy of the engine's state for {@link #restoreEngine}. */
    byte[] engineState() {
        return engineState.clone();
    }

    /** Applies the known end or silence to the engine. */
    void applySilence() {
        if (isEnded()) {
            engine.end(endedAtMs());
        } else if (hasActivity()) {
            engine.tick(silentUntilMs());
        }
    }

    /** Returns whether the engine knows everything: no end is pending, and no silence long enough to matter. */
    boolean isUpToDate() {
        return !isEnded() && silentUntilMs() - engine.lastActivityAtMs() < SessionState.PAUSE_TIMEOUT_MS;
    }

    /** Reverts {@link #applySilence}. */
    void restoreEngine(byte[] engineStateBefore, boolean periodOpenBefore) {
        System.arraycopy(engineStateBefore, 0, engineState, 0, engineState.length);
        period.setOpen(periodOpenBefore);
    }

    /** Sets the status until there is activity after this instant. */
    void override(ActivityStatus status, long atMs) {
        header[AT_OVERRIDE] = (byte) status.ordinal();
        fields.putLong(AT_OVERRIDDEN_AT_MS, atMs);
    }

    /** Returns when its user set the status that is in effect, {@link #NEVER} if they set none. */
    long statusSetAtMs() {
        if (isEnded()) {
            return endedAtMs();
        }
        return header[AT_OVERRIDE] == NOT_OVERRIDDEN ? NEVER : fields.getLong(AT_OVERRIDDEN_AT_MS);
    }

    private void endOverride() {
        header[AT_OVERRIDE] = NOT_OVERRIDDEN;
    }

    void endOverrideBefore(long activityAtMs) {
        if (activityAtMs > fields.getLong(AT_OVERRIDDEN_AT_MS)) {
            endOverride();
        }
    }

    /** Ends the override of a resumed session after a silence long enough to pause it. */
    void endOverrideAfterSilence(long silenceMs) {
        boolean resumed = header[AT_OVERRIDE] == ActivityStatus.ACTIVE.ordinal();
        if (resumed && silenceMs >= SessionState.PAUSE_TIMEOUT_MS) {
            endOverride();
        }
    }

    /** Returns whether its user deleted it. Its row remains: it holds what is normal for its user. */
    boolean isDeleted() {
        return header[AT_DELETED] != 0;
    }

    /** Deletes the session: batches that still arrive are dropped. */
    void delete() {
        header[AT_DELETED] = 1;
        header[AT_DIRTY] = 0;
        endOverride();
        clearPendingMinutes();
    }

    boolean hasActivity() {
        return engine.lastActivityAtMs() != 0;
    }

    /** Returns the time of the last activity, or of the start if it had none. */
    long lastActivityAtMs() {
        return hasActivity() ? engine.lastActivityAtMs() : startedAtMs();
    }

    long startedAtMs() {
        return fields.getLong(AT_STARTED_AT_MS);
    }

    /** Returns the server's time of the latest batch or session event. */
    long receivedAtMs() {
        return fields.getLong(AT_RECEIVED_AT_MS);
    }

    void updateReceivedAt(long receivedAtMs) {
        fields.putLong(AT_RECEIVED_AT_MS, Math.max(receivedAtMs, receivedAtMs()));
    }

    /** Moves a time of receipt that is later than now, after the clock was set back. */
    void capReceivedAt(long nowMs) {
        fields.putLong(AT_RECEIVED_AT_MS, Math.min(nowMs, receivedAtMs()));
    }

    /** Returns whether the session has changes that no flow state has published. */
    boolean isDirty() {
        return header[AT_DIRTY] != 0;
    }

    void markDirty() {
        header[AT_DIRTY] = 1;
    }

    /** Returns when the last flow state was published, by the wall clock; 0 before the first. */
    long publishedAtMs() {
        return fields.getLong(AT_PUBLISHED_AT_MS);
    }

    /** Counts a flow state and returns its version. */
    long markPublished(long nowMs) {
        long version = fields.getLong(AT_VERSION) + 1;
        fields.putLong(AT_VERSION, version);
        fields.putLong(AT_PUBLISHED_AT_MS, nowMs);
        header[AT_DIRTY] = 0;
        return version;
    }

    /** Adds a minute to publish with the next flow state; false if there is no room for it. */
    boolean addPendingMinute(long minuteMs) {
        int count = header[AT_PENDING_COUNT];
        for (int i = 0; i < count; i++) {
            if (pendingMinuteMs(i) == minuteMs) {
                return true;
            }
        }
        if (count == PENDING_MINUTES_MAX) {
            return false;
        }
        fields.putLong(AT_PENDING_MINUTES + count * Long.BYTES, minuteMs);
        header[AT_PENDING_COUNT] = (byte) (count + 1);
        return true;
    }

    int pendingMinutes() {
        return header[AT_PENDING_COUNT];
    }

    long pendingMinuteMs(int index) {
        return fields.getLong(AT_PENDING_MINUTES + index * Long.BYTES);
    }

    void clearPendingMinutes() {
        header[AT_PENDING_COUNT] = 0;
    }
}
