package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClients;
import com.nulabinc.zxcvbn.Zxcvbn;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** One key that wraps others: 32 bytes in memory, or a key of a key management service. Thread-safe. */
final class WrappingKey {

    /** 32 random bytes have at least this many distinct values; words and repetitions have fewer. */
    private static final int DISTINCT_BYTES_MIN = 16;

    /** Of guesses. The least of 3,000 random texts of 32 hexadecimal digits was 26.8; sentences have 21 to 26. */
    private static final double GUESSES_LOG10_MIN = 26;

    private static final int ID_BYTES = 8;
    private static final String HOW_TO_FIX = " Generate a key with: openssl rand -base64 32";

    private final Aead aead;
    private final String id;
    private final boolean isLocal;

    private WrappingKey(Aead aead, String id, boolean isLocal) {
        this.aead = aead;
        this.id = id;
        this.isLocal = isLocal;
    }

    /** @throws IllegalArgumentException without anything of the value */
    static WrappingKey parse(String setting, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(setting + " is not set." + HOW_TO_FIX);
        }
        String text = value.strip();
        if (text.contains("://")) {
            return new WrappingKey(kms(setting, text), idOf(text.getBytes(StandardCharsets.UTF_8)), false);
        }
        byte[] key = text.length() == AesGcm.KEY_SIZE_BYTES ? characters(setting, text) : decoded(setting, text);
        try {
            return new WrappingKey(AesGcm.of(key), idOf(key), true);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Returns an identifier of the key, which reveals nothing of it. */
    String id() {
        return id;
    }

    boolean isLocal() {
        return isLocal;
    }

    byte[] seal(byte[] secret, byte[] associatedData) {
        try {
            return aead.encrypt(secret, associatedData);
        } catch (GeneralSecurityException e) {
            throw new UserKeyException("The key-encryption key is unavailable: sealing failed", e);
        }
    }

    byte[] open(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
        return aead.decrypt(sealed, associatedData);
    }

    @Override
    public String toString() {
        return "WrappingKey[" + id + "]";
    }

    private static Aead kms(String setting, String uri) {
        String scheme = uri.substring(0, uri.indexOf("://"));
        try {
            return KmsClients.getAutoLoaded(uri).withDefaultCredentials().getAead(uri);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    setting + " names a key with the scheme " + scheme + ":// that cannot be used: "
                            + (isSupported(uri)
                                    ? "its client rejected the URI or found no credentials."
                                    : noClient(scheme))
                            + " Or use a key without a service." + HOW_TO_FIX,
                    e);
        }
    }

    private static boolean isSupported(String uri) {
        try {
            return KmsClients.getAutoLoaded(uri).doesSupport(uri);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String noClient(String scheme) {
        String artifact = switch (scheme) {
            case "aws-kms" -> "com.google.crypto.tink:tink-awskms";
            case "gcp-kms" -> "com.google.crypto.tink:tink-gcpkms";
            case "hcvault" -> "com.google.crypto.tink:tink-hcvault";
            default -> "a library with a com.google.crypto.tink.KmsClient for it";
        };
        return "no Tink client supports it. Put " + artifact + " on the classpath of every service.";
    }

    private static byte[] characters(String setting, String text) {
        if (!text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(setting + " has " + AesGcm.KEY_SIZE_BYTES
                    + " characters, of which some are not printable ASCII." + HOW_TO_FIX);
        }
        if (new Zxcvbn().measure(text).getGuessesLog10() < GUESSES_LOG10_MIN) {
            throw weak(setting);
        }
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] decoded(String setting, String text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            // Without the cause: it quotes a character of the key.
            throw new IllegalArgumentException(setting + " is not base64, and has not " + AesGcm.KEY_SIZE_BYTES
                    + " characters, and is not a KMS URI." + HOW_TO_FIX);
        }
        if (key.length != AesGcm.KEY_SIZE_BYTES) {
            throw new IllegalArgumentException(setting + " has " + key.length + " bytes; must be base64 of "
                    + AesGcm.KEY_SIZE_BYTES + " bytes." + HOW_TO_FIX);
        }
        if (distinctBytes(key) < DISTINCT_BYTES_MIN) {
            throw weak(setting);
        }
        return key;
    }

    private static IllegalArgumentException weak(String setting) {
        return new IllegalArgumentException(setting + " is not random enough." + HOW_TO_FIX);
    }

    private static int distinctBytes(byte[] key) {
        boolean[] seen = new boolean[256];
        int different = 0;
        for (byte b : key) {
            if (!seen[b & 0xFF]) {
                seen[b & 0xFF] = true;
                different++;
            }
        }
        return different;
    }

    private static String idOf(byte[] key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update("mindful-code/key-id/".getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256.digest(key), 0, ID_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }
}
