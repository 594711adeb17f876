package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a team's window; its members' contributions are separate rows.
 *
 * @param changedAtMs when a contribution last changed, by the wall clock
 */
record TeamWindowState(Stage stage, long changedAtMs) {

    private static final Stage[] STAGES = Stage.values();

    /** The stages of a window's release. */
    enum Stage {
        /** Contributions are accepted; nothing is readable. */
        OPEN,
        /** Closed with too few active members. Opens again if a lagging partition brings more. */
        TOO_FEW,
        /** Readable and immutable. */
        RELEASED,
        /** Never readable. */
        WITHHELD;

        boolean isFinal() {
            return this == RELEASED || this == WITHHELD;
        }
    }

    TeamWindowState changedAt(long wallMs) {
        return new TeamWindowState(Stage.OPEN, wallMs);
    }

    TeamWindowState as(Stage next) {
        return new TeamWindowState(next, changedAtMs);
    }

    byte[] encode() {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put((byte) stage.ordinal())
                .putLong(changedAtMs)
                .array();
    }

    /** Returns the stored state, or that of a window without one. */
    static TeamWindowState decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return new TeamWindowState(Stage.OPEN, 0);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new TeamWindowState(STAGES[buffer.get()], buffer.getLong());
    }
}
