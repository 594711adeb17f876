package dev.mindfulcode.identity;

import java.time.Duration;

/** What whoever issues our access tokens and whoever verifies them must agree on. */
public final class AccessTokenFormat {

    public static final String ISSUER = "mindful-code";

    /**
     * The claim with the family of refresh tokens to which an access token belongs (the session id of OpenID Connect).
     */
    public static final String FAMILY_CLAIM = "sid";

    public static final Duration LIFETIME = Duration.ofMinutes(15);

    /** How far the clocks of two services may differ. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    /**
     * How long a signing key verifies after the next one came, and a revocation is told: longer than any token signed
     * by a gateway that had not heard of it yet.
     */
    public static final Duration VALIDITY_MAX = LIFETIME.plusMinutes(5);

    private AccessTokenFormat() {}
}
