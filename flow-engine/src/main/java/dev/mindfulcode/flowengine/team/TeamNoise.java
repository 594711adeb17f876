package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Noise of one team as a pseudo-random function of what is released: HMAC-SHA-256 under a secret key, in counter mode,
 * over team, window, figure and exact sum. A replay draws the same noise, so it reveals nothing new; without the key,
 * the noise cannot be distinguished from random. The exact sum is an input because a replay may differ, for example by
 * an erased member: with the same noise, the difference of the two releases would be that member's part.
 *
 * <p>Not thread-safe.
 */
public final class TeamNoise implements TeamDayRelease.Noise {

    public static final int KEY_BYTES_MIN = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] LABEL = "team-noise-1".getBytes(StandardCharsets.US_ASCII);

    private final Mac mac;
    private final UUID teamId;

    /** @param key secret, at least {@link #KEY_BYTES_MIN} bytes */
    public TeamNoise(byte[] key, UUID teamId) {
        if (key.length < KEY_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "the noise key has " + key.length + " bytes; must have at least " + KEY_BYTES_MIN);
        }
        this.teamId = teamId;
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    @Override
    public NoiseBits bits(WindowSize size, long startMs, TeamFigure figure, long sum) {
        ByteBuffer input = ByteBuffer.allocate(LABEL.length + 5 * Long.BYTES + 2)
                .put(LABEL)
                .putLong(teamId.getMostSignificantBits())
                .putLong(teamId.getLeastSignificantBits())
                .put((byte) size.code())
                .putLong(startMs)
                .put((byte) figure.code())
                .putLong(sum);
        return new Stream(input.array(), input.position());
    }

    private final class Stream implements NoiseBits {

        private final ByteBuffer input;
        private final int counterAt;
        private long counter;
        private ByteBuffer block = ByteBuffer.allocate(0);

        Stream(byte[] input, int counterAt) {
            this.input = ByteBuffer.wrap(input);
            this.counterAt = counterAt;
        }

        @Override
        public byte[] next(int count) {
            byte[] bytes = new byte[count];
            for (int filled = 0; filled < count; ) {
                if (!block.hasRemaining()) {
                    block = ByteBuffer.wrap(
                            mac.doFinal(input.putLong(counterAt, counter++).array()));
                }
                int more = Math.min(count - filled, block.remaining());
                block.get(bytes, filled, more);
                filled += more;
            }
            return bytes;
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "TeamNoise";
    }
}
