package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.WindowSize;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the teams' stores. A window: team id (16 bytes), code of the size (1), start (8). A member's contribution:
 * the window's key, then the user id (16).
 */
final class TeamStoreKeys {

    private static final int UUID_BYTES = 16;
    private static final int WINDOW_BYTES = UUID_BYTES + 1 + Long.BYTES;
    private static final int MEMBER_BYTES = WINDOW_BYTES + UUID_BYTES;
    private static final byte LAST = (byte) 0xff;

    private TeamStoreKeys() {}

    static Bytes window(UUID teamId, WindowSize size, long startMs) {
        return Bytes.wrap(ByteBuffer.allocate(WINDOW_BYTES)
                .putLong(teamId.getMostSignificantBits())
                .putLong(teamId.getLeastSignificantBits())
                .put((byte) size.code())
                .putLong(startMs)
                .array());
    }

    static Bytes member(Bytes window, UUID userId) {
        return Bytes.wrap(ByteBuffer.allocate(MEMBER_BYTES)
                .put(window.get())
                .putLong(userId.getMostSignificantBits())
                .putLong(userId.getLeastSignificantBits())
                .array());
    }

    /** Returns the lowest key that a contribution to a window can have. */
    static Bytes firstMember(Bytes window) {
        return Bytes.wrap(Arrays.copyOf(window.get(), MEMBER_BYTES));
    }

    static Bytes lastMember(Bytes window) {
        return padded(window.get());
    }

    /** Returns the lowest key that a contribution to any window of a team can have. */
    static Bytes firstMember(UUID teamId) {
        return Bytes.wrap(Arrays.copyOf(UserStoreKeys.prefix(teamId), MEMBER_BYTES));
    }

    static Bytes lastMember(UUID teamId) {
        return padded(UserStoreKeys.prefix(teamId));
    }

    private static Bytes padded(byte[] prefix) {
        byte[] key = Arrays.copyOf(prefix, MEMBER_BYTES);
        Arrays.fill(key, prefix.length, MEMBER_BYTES, LAST);
        return Bytes.wrap(key);
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
}
