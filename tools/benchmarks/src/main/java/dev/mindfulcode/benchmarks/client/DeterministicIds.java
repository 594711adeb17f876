package dev.mindfulcode.benchmarks.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Ids derived from a name and a time, so that data sent twice count once. */
public final class DeterministicIds {

    private DeterministicIds() {}

    /**
     * Returns an id in the form of a UUIDv7 (RFC 9562): the time in front, so that ids sort by it, and 74 bits of the
     * SHA-256 of the name where others have chance.
     *
     * @param atMs epoch milliseconds, below 2^48
     */
    public static UUID of(long atMs, String name) {
        ByteBuffer hash = ByteBuffer.wrap(sha256(name));
        long high = (atMs << 16) | 0x7000L | (hash.getLong() & 0x0FFFL);
        long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** Returns a number in [0, bound) that depends on the name alone. */
    public static long below(long bound, String name) {
        return Math.floorMod(ByteBuffer.wrap(sha256(name)).getLong(), bound);
    }

    private static byte[] sha256(String name) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
