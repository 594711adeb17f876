package dev.mindfulcode.apigateway.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * What whoever operates the system shows as a bearer token under {@code /api/admin}, and nowhere else. Never printed.
 *
 * <p>It speaks for no user: no route about somebody's own data takes it.
 */
public final class OperatorToken {

    /** Held by who has shown it. */
    public static final String OPERATOR = "OPERATOR";

    private static final int LENGTH_MIN = 32;
    private static final int DIFFERENT_CHARS_MIN = 10;

    private final byte @Nullable [] bytes;

    private OperatorToken(byte @Nullable [] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the value of OPERATOR_TOKEN. Where it is not set, nobody is an operator.
     *
     * @throws IllegalArgumentException where it is weak, with the way to a good one
     */
    public static OperatorToken parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return new OperatorToken(null);
        }
        if (text.length() < LENGTH_MIN || text.chars().distinct().count() < DIFFERENT_CHARS_MIN) {
            throw new IllegalArgumentException("OPERATOR_TOKEN must be random and have at least " + LENGTH_MIN
                    + " characters. Make one with: openssl rand -base64 48");
        }
        return new OperatorToken(text.getBytes(StandardCharsets.UTF_8));
    }

    /** In the same time whatever was shown. */
    public boolean is(String shown) {
        return bytes != null && MessageDigest.isEqual(bytes, shown.getBytes(StandardCharsets.UTF_8));
    }

    public static Authentication authentication() {
        return new Shown();
    }

    @Override
    public String toString() {
        return "OperatorToken";
    }

    private static final class Shown extends AbstractAuthenticationToken {

        Shown() {
            super(List.of(new SimpleGrantedAuthority(OPERATOR)));
            setAuthenticated(true);
        }

        @Override
        public Object getCredentials() {
            return "";
        }

        @Override
        public Object getPrincipal() {
            return "operator";
        }
    }
}
