package dev.mindfulcode.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 of a credential: identifies it and cannot be used to sign in. For random credentials only, not for
 * passwords.
 */
public record CredentialHash(long a, long b, long c, long d) {

    private static final int BYTES = 32;

    public static CredentialHash of(String credential) {
        try {
            return of(MessageDigest.getInstance("SHA-256").digest(credential.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static CredentialHash of(byte[] hash) {
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        return new CredentialHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    /** Returns the hash as tables store it. */
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }
}
