package dev.mindfulcode.identity;

import java.security.SecureRandom;
import java.util.Base64;

/** The text of API keys: {@code mck_} and 256 random bits. The prefix makes leaked keys recognisable. */
public final class ApiKeys {

    static final String PREFIX = "mck_";
    private static final int RANDOM_BYTES = 32;
    private static final int LENGTH = PREFIX.length() + 43;

    private ApiKeys() {}

    public static String generate(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether a credential has the prefix of API keys, which no JWT has. */
    static boolean isApiKey(String credential) {
        return credential.startsWith(PREFIX);
    }

    static boolean isWellFormed(String credential) {
        return credential.length() == LENGTH;
    }
}
