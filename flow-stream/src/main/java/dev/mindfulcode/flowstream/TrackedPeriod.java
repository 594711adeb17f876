package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.SessionState;
import java.nio.ByteBuffer;

/**
 * The flow period of a session: the totals with which it began, what was published of its end, and whether that end
 * counts as an interruption. A view of a part of {@link TrackedSession}'s header. Not thread-safe.
 */
final class TrackedPeriod {

    static final int SIZE_BYTES = 80;

    private static final int AT_OPEN = 0;
    private static final int AT_VERSION = 8;
    private static final int AT_KEYSTROKES = 16;
    private static final int AT_ACTIVE_MS = 24;
    private static final int AT_INTENSITY_MS = 32;
    private static final int AT_PUBLISHED_END_MS = 40;
    private static final int AT_PUBLISHED_END_KEYSTROKES = 48;
    private static final int AT_PUBLISHED_END_REASON = 56;
    private static final int AT_INTERRUPTION_MS = 64;
    private static final int AT_INTERRUPTION_RECEIVED_AT_MS = 72;

    private final ByteBuffer fields;

    TrackedPeriod(ByteBuffer fields) {
        this.fields = fields;
    }

    /** Becomes the period of a session that has had none. */
    void reset() {
        fields.putLong(AT_PUBLISHED_END_MS, TrackedSession.NEVER);
        fields.putLong(AT_INTERRUPTION_MS, TrackedSession.NEVER);
    }

    boolean isOpen() {
        return fields.get(AT_OPEN) != 0;
    }

    void setOpen(boolean open) {
        fields.put(AT_OPEN, (byte) (open ? 1 : 0));
    }

    /** Opens a period with the session's present totals. */
    void open(SessionState engine) {
        setOpen(true);
        reset();
        fields.putLong(AT_VERSION, 0);
        fields.putLong(AT_KEYSTROKES, engine.keystrokes());
        fields.putLong(AT_ACTIVE_MS, engine.activeMs());
        fields.putDouble(AT_INTENSITY_MS, engine.intensityMs());
    }

    /** Counts a record of the period and returns its version. */
    long nextVersion() {
        long version = fields.getLong(AT_VERSION) + 1;
        fields.putLong(AT_VERSION, version);
        return version;
    }

    /** Returns whether the last published record of the period has an end. */
    boolean isPublishedAsClosed() {
        return fields.getLong(AT_PUBLISHED_END_MS) != TrackedSession.NEVER;
    }

    /** Records an end that is about to be published; false if it was published already. */
    boolean updateEnd(long endedAtMs, Interruption reason, long keystrokes) {
        if (fields.getLong(AT_PUBLISHED_END_MS) == endedAtMs
                && fields.getLong(AT_PUBLISHED_END_KEYSTROKES) == keystrokes
                && fields.getLong(AT_PUBLISHED_END_REASON) == reason.ordinal()) {
            return false;
        }
        fields.putLong(AT_PUBLISHED_END_MS, endedAtMs);
        fields.putLong(AT_PUBLISHED_END_KEYSTROKES, keystrokes);
        fields.putLong(AT_PUBLISHED_END_REASON, reason.ordinal());
        return true;
    }

    void reopen() {
        fields.putLong(AT_PUBLISHED_END_MS, TrackedSession.NEVER);
    }

    /** Returns whether the period's end was counted as an interruption. */
    boolean hasInterruption() {
        return interruptionAtMs() != TrackedSession.NEVER;
    }

    long interruptionAtMs() {
        return fields.getLong(AT_INTERRUPTION_MS);
    }

    long interruptionReceivedAtMs() {
        return fields.getLong(AT_INTERRUPTION_RECEIVED_AT_MS);
    }

    void setInterruption(long atMs, long receivedAtMs) {
        fields.putLong(AT_INTERRUPTION_MS, atMs);
        fields.putLong(AT_INTERRUPTION_RECEIVED_AT_MS, receivedAtMs);
    }

    void clearInterruption() {
        fields.putLong(AT_INTERRUPTION_MS, TrackedSession.NEVER);
    }

    long keystrokes(SessionState engine) {
        return engine.keystrokes() - fields.getLong(AT_KEYSTROKES);
    }

    /** Returns the mean intensity of the period so far, or the default if no active time has passed in it. */
    double meanIntensity(SessionState engine, double whenNoTime) {
        long activeMs = engine.activeMs() - fields.getLong(AT_ACTIVE_MS);
        double intensityMs = engine.intensityMs() - fields.getDouble(AT_INTENSITY_MS);
        return activeMs == 0 ? whenNoTime : intensityMs / activeMs;
    }
}
