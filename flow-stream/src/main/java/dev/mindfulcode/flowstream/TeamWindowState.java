package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.team.TeamAggregate.Figures;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a team's window besides its members' contributions.
 *
 * @param version of the last record that was told; 0: nothing ever was
 * @param closed whether its time is over
 * @param untold whether contributions have changed since it was looked at
 * @param touchedAtMs when that was, by the wall clock
 * @param told the figures of the last record; null where it had none
 */
record TeamWindowState(
        long version,
        boolean closed,
        boolean untold,
        long touchedAtMs,
        @Nullable Figures told) {

    private static final int HEADER_BYTES = 2 * Long.BYTES + 1;
    private static final int FIGURES_BYTES = Integer.BYTES + 8 * Long.BYTES;
    private static final int CLOSED = 1;
    private static final int UNTOLD = 2;

    /** Gaps, where a window cannot hold one. */
    private static final long NONE = -1;

    TeamWindowState changed(long wallMs) {
        return new TeamWindowState(version, closed, true, wallMs, told);
    }

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + (told == null ? 0 : FIGURES_BYTES))
                .putLong(version)
                .put((byte) ((closed ? CLOSED : 0) | (untold ? UNTOLD : 0)))
                .putLong(touchedAtMs);
        if (told != null) {
            Long gapSeconds = told.gapSeconds();
            bytes.putInt(told.members())
                    .putLong(told.keystrokes())
                    .putLong(told.activeSeconds())
                    .putDouble(told.meanIntensity())
                    .putDouble(told.intensitySpread())
                    .putLong(told.secondsInFlow())
                    .putLong(told.interruptions())
                    .putLong(told.focusOverlapSeconds())
                    .putLong(gapSeconds == null ? NONE : gapSeconds);
        }
        return bytes.array();
    }

    static TeamWindowState decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return new TeamWindowState(0, false, false, 0, null);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long version = buffer.getLong();
        int flags = buffer.get();
        long touchedAtMs = buffer.getLong();
        return new TeamWindowState(
                version,
                (flags & CLOSED) != 0,
                (flags & UNTOLD) != 0,
                touchedAtMs,
                buffer.hasRemaining() ? figures(buffer) : null);
    }

    private static Figures figures(ByteBuffer buffer) {
        int members = buffer.getInt();
        long keystrokes = buffer.getLong();
        long activeSeconds = buffer.getLong();
        double meanIntensity = buffer.getDouble();
        double intensitySpread = buffer.getDouble();
        long secondsInFlow = buffer.getLong();
        long interruptions = buffer.getLong();
        long focusOverlapSeconds = buffer.getLong();
        long gapSeconds = buffer.getLong();
        return new Figures(
                members,
                keystrokes,
                activeSeconds,
                meanIntensity,
                intensitySpread,
                secondsInFlow,
                interruptions,
                focusOverlapSeconds,
                gapSeconds == NONE ? null : (Long) gapSeconds);
    }
}
