package dev.mindfulcode.apigateway.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * The operator's bearer token, accepted by operator endpoints only. It identifies no user, so no endpoint for a user's
 * own data accepts it. Never printed.
 */
public final class OperatorToken {

    /** The authority of requests with the operator token. */
    public static final String OPERATOR = "OPERATOR";

    private static final int LENGTH_MIN = 32;
    private static final int DIFFERENT_CHARS_MIN = 10;

    private final byte @Nullable [] bytes;

    private OperatorToken(byte @Nullable [] bytes) {
        this.bytes = bytes;
    }

    /**
     * Parses the value of OPERATOR_TOKEN. If it is not set, no request is the operator's.
     *
     * @throws IllegalArgumentException if it is weak
     */
    public static OperatorToken parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return new OperatorToken(null);
        }
        if (text.length() < LENGTH_MIN || text.chars().distinct().count() < DIFFERENT_CHARS_MIN) {
            throw new IllegalArgumentException("OPERATOR_TOKEN is too weak; must be random and have at least "
                    + LENGTH_MIN + " characters. Generate one with: openssl rand -base64 48");
        }
        return new OperatorToken(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns whether a presented token is this one, in constant time. */
    public boolean matches(String presented) {
        return bytes != null && MessageDigest.isEqual(bytes, presented.getBytes(StandardCharsets.UTF_8));
    }

    public static Authentication authentication() {
        return new OperatorAuthentication();
    }

    @Override
    public String toString() {
        return "OperatorToken";
    }

    private static final class OperatorAuthentication extends AbstractAuthenticationToken {

        OperatorAuthentication() {
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
