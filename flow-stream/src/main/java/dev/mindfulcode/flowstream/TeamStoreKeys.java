package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.WindowSize;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the teams' stores: the team's 16 bytes, the size's code, when the window begins, and then the member's 16
 * bytes.
 */
final class TeamStoreKeys {

    private static final int UUID_BYTES = 16;
    static final int WINDOW_BYTES = UUID_BYTES + 1 + Long.BYTES;

    private TeamStoreKeys() {}

    static byte[] prefix(UUID teamId) {
        return UserStoreKeys.prefix(teamId);
    }

    static Bytes window(UUID teamId, WindowSize size, long startMs) {
        return Bytes.wrap(
                window(ByteBuffer.allocate(WINDOW_BYTES), teamId, size, startMs).array());
    }

    static Bytes member(UUID teamId, WindowSize size, long startMs, UUID userId) {
        return Bytes.wrap(window(ByteBuffer.allocate(WINDOW_BYTES + UUID_BYTES), teamId, size, startMs)
                .putLong(userId.getMostSignificantBits())
                .putLong(userId.getLeastSignificantBits())
                .array());
    }

    private static ByteBuffer window(ByteBuffer into, UUID teamId, WindowSize size, long startMs) {
        return into.putLong(teamId.getMostSignificantBits())
                .putLong(teamId.getLeastSignificantBits())
                .put((byte) size.code())
                .putLong(startMs);
    }

    static UUID teamIdOf(Bytes key) {
        return UserStoreKeys.userIdOf(key);
    }

    static WindowSize sizeOf(Bytes key) {
        return WindowSize.ofCode(key.get()[UUID_BYTES]);
    }

    static long startOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getLong(UUID_BYTES + 1);
    }

    static UUID userIdOf(Bytes memberKey) {
        ByteBuffer buffer = ByteBuffer.wrap(memberKey.get(), WINDOW_BYTES, UUID_BYTES);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    /** Returns the key of the window that a member's key is in. */
    static Bytes windowOf(Bytes memberKey) {
        return Bytes.wrap(Arrays.copyOf(memberKey.get(), WINDOW_BYTES));
    }
}
