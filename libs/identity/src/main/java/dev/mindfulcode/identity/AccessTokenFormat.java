package dev.mindfulcode.identity;

import java.time.Duration;

/** The format of local access tokens, shared by their issuer and their verifier. */
public final class AccessTokenFormat {

    public static final String ISSUER = "mindful-code";

    /**
     * The claim with the family of refresh tokens that an access token belongs to (the session id of OpenID Connect).
     */
    public static final String FAMILY_CLAIM = "sid";

    public static final Duration LIFETIME = Duration.ofMinutes(15);

    /** The tolerated difference between the clocks of two services. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    /**
     * The longest time for which a token can be valid after its signing key was replaced or its grant revoked: tokens
     * may be signed by a gateway that does not know of the change yet.
     */
    public static final Duration VALIDITY_MAX = LIFETIME.plusMinutes(5);

    private AccessTokenFormat() {}
}
