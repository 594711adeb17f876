package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.MinuteCover;
import java.nio.ByteBuffer;

/**
 * The totals of a session in a minute, and the parts of the minute that its active time and its time in flow cover.
 * Reusable, not thread-safe.
 */
final class SessionMinute {

    static final byte NO_READING = -1;

    final MinuteTotals totals = new MinuteTotals();
    final MinuteCover active = new MinuteCover();

    /** A part of {@link #active}. */
    final MinuteCover flow = new MinuteCover();

    /**
     * Code of the reason at the end of the minute, 0 in flow, never that of a pause; {@link #NO_READING} if there was
     * no reading in it.
     */
    byte reason = NO_READING;

    void clear() {
        totals.clear();
        active.clear();
        flow.clear();
        reason = NO_READING;
    }

    void setTo(SessionMinute other) {
        totals.clear();
        totals.add(other.totals);
        active.setTo(other.active);
        flow.setTo(other.flow);
        reason = other.reason;
    }

    int encodedBytes() {
        return MinuteTotals.SIZE_BYTES + active.encodedBytes() + flow.encodedBytes();
    }

    void encode(ByteBuffer into) {
        totals.write(into);
        active.encode(into);
        flow.encode(into);
    }

    void decode(ByteBuffer from) {
        totals.read(from);
        active.decode(from);
        flow.decode(from);
    }
}
