package dev.mindfulcode.identity;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * An OIDC issuer whose access tokens are trusted.
 *
 * @param audience that tokens must name; null accepts tokens for any audience
 */
public record OidcIssuer(String uri, @Nullable String audience) {

    /**
     * Reads OIDC_ISSUER_URI and OIDC_AUDIENCE.
     *
     * @return null if no issuer is set
     * @throws IllegalArgumentException if it is not an https address, or an http address on this machine
     */
    public static @Nullable OidcIssuer parse(@Nullable String uri, @Nullable String audience) {
        if (uri == null || uri.isBlank()) {
            return null;
        }
        String issuer = uri.strip();
        if (!isSafe(issuer)) {
            throw new IllegalArgumentException(
                    "OIDC_ISSUER_URI must be the issuer's https address, as its tokens have it in"
                            + " \"iss\", without query or fragment. (http is for issuers on this machine.)");
        }
        return new OidcIssuer(issuer, audience == null || audience.isBlank() ? null : audience.strip());
    }

    /** Keys fetched over plain http from another machine could be replaced on the way. */
    private static boolean isSafe(String issuer) {
        URI uri;
        try {
            uri = URI.create(issuer);
        } catch (IllegalArgumentException e) {
            return false;
        }
        String host = uri.getHost();
        if (host == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return false;
        }
        boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
        return "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && here);
    }
}
