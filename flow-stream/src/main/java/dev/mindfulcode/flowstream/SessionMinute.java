package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.MinuteCover;
import java.nio.ByteBuffer;

/**
 * The totals of a session in a minute, and the parts of the minute that its active time and its time in flow cover.
 * Reusable, not thread-safe.
 */
final class SessionMinute {

    final MinuteTotals totals = new MinuteTotals();
    final MinuteCover active = new MinuteCover();

    /** A part of {@link #active}. */
    final MinuteCover flow = new MinuteCover();

    void clear() {
        totals.clear();
        active.clear();
        flow.clear();
    }

    void setTo(SessionMinute other) {
        totals.clear();
        totals.add(other.totals);
        active.setTo(other.active);
        flow.setTo(other.flow);
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
