package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.SequenceRanges;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One session as its store keeps it: a small header, the engine's state as it is, and the sequences seen, all three in
 * one value. Which batches it has accepted is in {@link BatchIds}; the sequences say where a batch belongs and which of
 * them were used twice.
 *
 * <p>A working copy: nothing is stored before {@link #toValue()} is. Reusable, not thread-safe.
 */
final class TrackedSession {

    /** Gaps that a session's sequences may have at once, plus one; beyond it the first gap counts as seen. */
    static final int RANGES_MAX = 1_024;

    /** Minutes that may wait for the next flow state before they are told at once. */
    static final int PENDING_MINUTES_MAX = 8;

    private static final byte LAYOUT_VERSION = 3;

    /** Without the fields from {@link #AT_BATCH_IDS} on. */
    private static final byte LAYOUT_VERSION_BEFORE_IDS = 2;

    /** Without the fields from {@link #AT_NEXT_SEQUENCE} on. */
    private static final byte LAYOUT_VERSION_BEFORE_ORDER = 1;

    private static final long MINUTE_MS = 60_000;

    private static final int AT_LAYOUT_VERSION = 0;
    private static final int AT_DIRTY = 1;
    private static final int AT_OVERRIDE = 2;
    private static final int AT_PERIOD_OPEN = 3;
    private static final int AT_PENDING_COUNT = 4;
    private static final int AT_DELETED = 5;
    private static final int AT_VERSION = 8;
    private static final int AT_PUBLISHED_AT_MS = 16;
    private static final int AT_STARTED_AT_MS = 24;
    private static final int AT_RECEIVED_AT_MS = 32;
    private static final int AT_OVERRIDDEN_AT_MS = 40;
    private static final int AT_PERIOD_KEYSTROKES = 48;
    private static final int AT_PERIOD_ACTIVE_MS = 56;
    private static final int AT_PERIOD_INTENSITY_MS = 64;
    private static final int AT_PENDING_MINUTES = 72;
    private static final int AT_NEXT_SEQUENCE = AT_PENDING_MINUTES + PENDING_MINUTES_MAX * Long.BYTES;
    private static final int AT_SILENT_UNTIL_MS = AT_NEXT_SEQUENCE + 8;
    private static final int AT_ENDED_AT_MS = AT_NEXT_SEQUENCE + 16;
    private static final int AT_ACTIVITY_RECEIVED_AT_MS = AT_NEXT_SEQUENCE + 24;
    private static final int AT_PERIOD_VERSION = AT_NEXT_SEQUENCE + 32;
    private static final int AT_PUBLISHED_END_MS = AT_NEXT_SEQUENCE + 40;
    private static final int AT_PUBLISHED_END_KEYSTROKES = AT_NEXT_SEQUENCE + 48;
    private static final int AT_PUBLISHED_END_REASON = AT_NEXT_SEQUENCE + 56;
    private static final int AT_INTERRUPTION_MS = AT_NEXT_SEQUENCE + 64;
    private static final int AT_INTERRUPTION_RECEIVED_AT_MS = AT_NEXT_SEQUENCE + 72;
    private static final int AT_BATCH_IDS = AT_NEXT_SEQUENCE + 80;
    private static final int AT_SEQUENCES_REUSED = AT_NEXT_SEQUENCE + 88;
    private static final int AT_WITHOUT_IDS_BEFORE = AT_NEXT_SEQUENCE + 96;
    private static final int HEADER_BYTES_BEFORE_ORDER = AT_NEXT_SEQUENCE;
    private static final int HEADER_BYTES_BEFORE_IDS = AT_BATCH_IDS;
    private static final int HEADER_BYTES = AT_NEXT_SEQUENCE + 104;

    private static final int NOT_OVERRIDDEN = -1;
    private static final long NEVER = Long.MIN_VALUE;
    private static final ActivityStatus[] STATUSES = ActivityStatus.values();

    private final byte[] header = new byte[HEADER_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(header);
    private final byte[] engineState = new byte[SessionState.SIZE_BYTES];
    private final SessionState unscored = new SessionState();
    private SessionState engine = unscored;
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
        clearPublished();
        engine = unscored.wrap(engineState);
        withPersonalization(null);
        sequences = SequenceRanges.empty();
        return this;
    }

    /** Becomes the session that was stored. The value itself is left alone: a cache may hold the same array. */
    TrackedSession load(byte[] value) {
        int headerBytes = headerBytesOf(value);
        fields.clear().put(new byte[HEADER_BYTES]);
        System.arraycopy(value, 0, header, 0, headerBytes);
        System.arraycopy(value, headerBytes, engineState, 0, engineState.length);
        engine = unscored.wrap(engineState);
        withPersonalization(null);
        int sequencesAt = headerBytes + engineState.length;
        byte[] loaded = new byte[value.length - sequencesAt];
        System.arraycopy(value, sequencesAt, loaded, 0, loaded.length);
        sequences = loaded;
        if (headerBytes < HEADER_BYTES) {
            header[AT_LAYOUT_VERSION] = LAYOUT_VERSION;
            fields.putLong(AT_WITHOUT_IDS_BEFORE, SequenceRanges.end(sequences));
        }
        if (headerBytes == HEADER_BYTES_BEFORE_ORDER) {
            fields.putLong(AT_NEXT_SEQUENCE, SequenceRanges.end(sequences));
            fields.putLong(AT_PERIOD_VERSION, 1);
            clearPublished();
        }
        return this;
    }

    private void clearPublished() {
        fields.putLong(AT_ENDED_AT_MS, NEVER);
        fields.putLong(AT_PUBLISHED_END_MS, NEVER);
        fields.putLong(AT_INTERRUPTION_MS, NEVER);
    }

    private static int headerBytesOf(byte[] value) {
        return switch (value[AT_LAYOUT_VERSION]) {
            case LAYOUT_VERSION -> HEADER_BYTES;
            case LAYOUT_VERSION_BEFORE_IDS -> HEADER_BYTES_BEFORE_IDS;
            case LAYOUT_VERSION_BEFORE_ORDER -> HEADER_BYTES_BEFORE_ORDER;
            default ->
                throw new IllegalStateException(
                        "the stored session is of another release: reset the stream and let it replay");
        };
    }

    /** Returns the engine's state inside a stored value. */
    static byte[] engineStateOf(byte[] value) {
        byte[] state = new byte[SessionState.SIZE_BYTES];
        System.arraycopy(value, headerBytesOf(value), state, 0, state.length);
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
    int modelFingerprint() {
        return SessionState.modelFingerprintOf(engineState);
    }

    /** Has intensities read as the session's user means them, whatever model judges; null for as the model has them. */
    void withPersonalization(@Nullable PersonalLayer layer) {
        personal = layer;
        engine.withPersonalization(layer);
    }

    /** Goes on under this model, or is taken over by it where another has judged. */
    void useModel(SessionState flyweight) {
        engine = flyweight.wrap(engineState);
        engine.withPersonalization(personal);
        engine.switchModel();
    }

    /**
     * Whether another model may take over before an event of this instant: what it would judge has been judged by no
     * other. Not in flow, and either nothing is left of what was typed (a new session, or one that paused) or a new
     * minute begins, with which a new window does.
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

    /**
     * Whether a release that stored no batch ids accepted this sequence: another batch under it cannot be told from the
     * same one.
     */
    boolean hasSeenWithoutId(long sequence) {
        return sequence < fields.getLong(AT_WITHOUT_IDS_BEFORE) && hasSeen(sequence);
    }

    void markSeen(long sequence) {
        byte[] more = SequenceRanges.add(sequences, sequence);
        sequences = SequenceRanges.ranges(more) > RANGES_MAX ? SequenceRanges.withoutFirstGap(more) : more;
    }

    /** Returns the sequence after the highest seen: where an editor that knows nothing any more goes on. */
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

    /** Returns how many batches came under a sequence that another batch had used before. */
    long sequencesReused() {
        return fields.getLong(AT_SEQUENCES_REUSED);
    }

    void countReusedSequence() {
        fields.putLong(AT_SEQUENCES_REUSED, sequencesReused() + 1);
    }

    /**
     * Returns how the session stands: as its user said since the last activity, otherwise as typing and silence have
     * it.
     */
    ActivityStatus status() {
        int override = header[AT_OVERRIDE];
        ActivityStatus settled = derivedStatus();
        return override == NOT_OVERRIDDEN || settled == ActivityStatus.ENDED ? settled : STATUSES[override];
    }

    /**
     * Returns how typing and silence have it. The engine itself is not told of silence: what comes late may yet fill
     * it.
     */
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

    /**
     * Returns until when, in event time, nothing is known to have been typed; before the last activity where nothing is
     * known.
     */
    long silentUntilMs() {
        return fields.getLong(AT_SILENT_UNTIL_MS);
    }

    void extendSilence(long atMs) {
        fields.putLong(AT_SILENT_UNTIL_MS, Math.max(atMs, silentUntilMs()));
    }

    /** Takes note of new activity in a batch that was received then: whatever silence was thought to be is over. */
    void activityReceived(long receivedAtMs) {
        fields.putLong(AT_SILENT_UNTIL_MS, 0);
        fields.putLong(AT_ACTIVITY_RECEIVED_AT_MS, receivedAtMs);
    }

    boolean isEnded() {
        return fields.getLong(AT_ENDED_AT_MS) != NEVER;
    }

    /** Returns when its user ended it; before all times where they did not. */
    long endedAtMs() {
        return fields.getLong(AT_ENDED_AT_MS);
    }

    /**
     * Takes note that its user ended it. The engine is told with the first event after that, for earlier ones may still
     * come.
     */
    void endByUser(long atMs) {
        if (!isEnded()) {
            fields.putLong(AT_ENDED_AT_MS, Math.max(atMs, 0));
        }
    }

    /** Returns the sequence of the batch that is to be played next. */
    long nextSequence() {
        return fields.getLong(AT_NEXT_SEQUENCE);
    }

    void markApplied(long sequence) {
        fields.putLong(AT_NEXT_SEQUENCE, Math.max(sequence + 1, nextSequence()));
    }

    /** Returns when ingest received the batch with the latest activity. */
    long activityReceivedAtMs() {
        return fields.getLong(AT_ACTIVITY_RECEIVED_AT_MS);
    }

    /** A copy of what {@link #restoreEngine} puts back. */
    byte[] engineState() {
        return engineState.clone();
    }

    /** Lets the engine know of the end and of silence, as far as they are known. */
    void applySilence() {
        if (isEnded()) {
            engine.end(endedAtMs());
        } else if (hasActivity()) {
            engine.tick(silentUntilMs());
        }
    }

    /** Whether the engine knows all there is to know: nobody ended it, and no silence is long enough to matter. */
    boolean isUpToDate() {
        return !isEnded() && silentUntilMs() - engine.lastActivityAtMs() < SessionState.PAUSE_TIMEOUT_MS;
    }

    /** Takes back what {@link #applySilence} did to the engine. */
    void restoreEngine(byte[] engineStateBefore, boolean periodOpenBefore) {
        System.arraycopy(engineStateBefore, 0, engineState, 0, engineState.length);
        header[AT_PERIOD_OPEN] = (byte) (periodOpenBefore ? 1 : 0);
    }

    /** Lets the session stand as said until there is activity after this instant. */
    void override(ActivityStatus status, long atMs) {
        header[AT_OVERRIDE] = (byte) status.ordinal();
        fields.putLong(AT_OVERRIDDEN_AT_MS, atMs);
    }

    /**
     * Returns when its user said how it stands, as far as that still holds; before all times where nothing of the kind
     * does.
     */
    long statusSetAtMs() {
        if (isEnded()) {
            return endedAtMs();
        }
        return header[AT_OVERRIDE] == NOT_OVERRIDDEN ? NEVER : fields.getLong(AT_OVERRIDDEN_AT_MS);
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
        boolean resumed = header[AT_OVERRIDE] == ActivityStatus.ACTIVE.ordinal();
        if (resumed && silenceMs >= SessionState.PAUSE_TIMEOUT_MS) {
            endOverride();
        }
    }

    /**
     * Whether its user deleted it: what still comes is dropped. It stays, for what is normal for its user was learned
     * in it.
     */
    boolean isDeleted() {
        return header[AT_DELETED] != 0;
    }

    void delete() {
        header[AT_DELETED] = 1;
        header[AT_DIRTY] = 0;
        endOverride();
        clearPendingMinutes();
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

    void updateReceivedAt(long receivedAtMs) {
        fields.putLong(AT_RECEIVED_AT_MS, Math.max(receivedAtMs, receivedAtMs()));
    }

    /** Takes back a time of receipt that is later than now: the clock was set back since. */
    void capReceivedAt(long nowMs) {
        fields.putLong(AT_RECEIVED_AT_MS, Math.min(nowMs, receivedAtMs()));
    }

    /** Whether there is something that no flow state has told yet. */
    boolean isDirty() {
        return header[AT_DIRTY] != 0;
    }

    void markDirty() {
        header[AT_DIRTY] = 1;
    }

    /** Returns when the last flow state was made, by the wall clock; 0 before the first. */
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

    /** Remembers a minute to be told with the next flow state; false where there is no room for it. */
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

    boolean isPeriodOpen() {
        return header[AT_PERIOD_OPEN] != 0;
    }

    /** Remembers the totals with which a flow period begins. */
    void openPeriod() {
        header[AT_PERIOD_OPEN] = 1;
        fields.putLong(AT_PERIOD_VERSION, 0);
        fields.putLong(AT_PUBLISHED_END_MS, NEVER);
        fields.putLong(AT_INTERRUPTION_MS, NEVER);
        fields.putLong(AT_PERIOD_KEYSTROKES, engine.keystrokes());
        fields.putLong(AT_PERIOD_ACTIVE_MS, engine.activeMs());
        fields.putDouble(AT_PERIOD_INTENSITY_MS, engine.intensityMs());
    }

    void closePeriod() {
        header[AT_PERIOD_OPEN] = 0;
    }

    /** Counts a record of the period and returns its version. */
    long nextPeriodVersion() {
        long version = fields.getLong(AT_PERIOD_VERSION) + 1;
        fields.putLong(AT_PERIOD_VERSION, version);
        return version;
    }

    /** Whether the period's last record said that it was over. */
    boolean isPeriodPublishedAsClosed() {
        return fields.getLong(AT_PUBLISHED_END_MS) != NEVER;
    }

    /** Takes note of an end that is about to be told; false where it has been told already. */
    boolean updatePeriodEnd(long endedAtMs, Interruption why) {
        if (fields.getLong(AT_PUBLISHED_END_MS) == endedAtMs
                && fields.getLong(AT_PUBLISHED_END_KEYSTROKES) == periodKeystrokes()
                && fields.getLong(AT_PUBLISHED_END_REASON) == why.ordinal()) {
            return false;
        }
        fields.putLong(AT_PUBLISHED_END_MS, endedAtMs);
        fields.putLong(AT_PUBLISHED_END_KEYSTROKES, periodKeystrokes());
        fields.putLong(AT_PUBLISHED_END_REASON, why.ordinal());
        return true;
    }

    void reopenPeriod() {
        fields.putLong(AT_PUBLISHED_END_MS, NEVER);
    }

    /** Returns when the period's end was counted as an interruption; before all times where it was not. */
    long interruptionAtMs() {
        return fields.getLong(AT_INTERRUPTION_MS);
    }

    boolean hasInterruption() {
        return interruptionAtMs() != NEVER;
    }

    long interruptionReceivedAtMs() {
        return fields.getLong(AT_INTERRUPTION_RECEIVED_AT_MS);
    }

    void setInterruption(long atMs, long receivedAtMs) {
        fields.putLong(AT_INTERRUPTION_MS, atMs);
        fields.putLong(AT_INTERRUPTION_RECEIVED_AT_MS, receivedAtMs);
    }

    void clearInterruption() {
        fields.putLong(AT_INTERRUPTION_MS, NEVER);
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
