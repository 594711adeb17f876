package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a team's window besides its members' contributions.
 *
 * @param touchedAtMs when its contributions last changed, by the wall clock
 */
record TeamWindowState(Stage stage, long touchedAtMs) {

    /** Bytes of a state: a version that was written before windows were released once, flags, and a time. */
    private static final int BYTES = 2 * Long.BYTES + 1;

    private static final int CLOSED = 1;
    private static final int RELEASED = 4;
    private static final int WITHHELD = 8;

    /** Where a window is on its way to being released. */
    enum Stage {
        /** Contributions are accepted; nothing of it is readable. */
        OPEN(0),
        /** Its time is over and too few members were active in it. Opens again if a lagging partition brings more. */
        TOO_FEW(CLOSED),
        /** Readable as it is; nothing changes it. */
        RELEASED(CLOSED | TeamWindowState.RELEASED),
        /** Never readable. */
        WITHHELD(CLOSED | TeamWindowState.WITHHELD);

        private final int flags;

        Stage(int flags) {
            this.flags = flags;
        }

        boolean isFinal() {
            return this == RELEASED || this == WITHHELD;
        }
    }

    TeamWindowState touched(long wallMs) {
        return new TeamWindowState(Stage.OPEN, wallMs);
    }

    TeamWindowState as(Stage next) {
        return new TeamWindowState(next, touchedAtMs);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(stage == Stage.RELEASED ? 1 : 0)
                .put((byte) stage.flags)
                .putLong(touchedAtMs)
                .array();
    }

    static TeamWindowState decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return new TeamWindowState(Stage.OPEN, 0);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        buffer.getLong();
        int flags = buffer.get();
        long touchedAtMs = buffer.getLong();
        // Earlier releases appended the figures that they had published.
        boolean hasFigures = buffer.hasRemaining();
        return new TeamWindowState(stage(flags, hasFigures), touchedAtMs);
    }

    private static Stage stage(int flags, boolean hasFigures) {
        if ((flags & WITHHELD) != 0) {
            return Stage.WITHHELD;
        }
        if ((flags & CLOSED) == 0) {
            return Stage.OPEN;
        }
        return (flags & RELEASED) != 0 || hasFigures ? Stage.RELEASED : Stage.TOO_FEW;
    }
}
