package dev.mindfulcode.identity;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Another issuer whose access tokens are trusted.
 *
 * @param audience that its tokens must be meant for; null trusts all tokens of the issuer, whoever they were made for
 */
public record OidcIssuer(String uri, @Nullable String audience) {

    /**
     * Reads OIDC_ISSUER_URI and OIDC_AUDIENCE.
     *
     * @return null where no issuer is set
     * @throws IllegalArgumentException where it is no http(s) address; over plain http only on this machine
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

    /** Keys fetched over plain http from elsewhere would be anybody's keys. */
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
