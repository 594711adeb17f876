package dev.mindfulcode.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** The time at which the user of a token signed in. */
public final class TokenAge {

    private static final String SIGNED_IN_CLAIM = "auth_time";

    private TokenAge() {}

    /**
     * Returns the time of the sign-in, or of the token where the issuer does not state it; null if neither is there.
     *
     * @param verified a token that {@link CredentialVerifier} has verified
     */
    public static @Nullable Instant signedInAt(String verified) {
        try {
            JWTClaimsSet claims = SignedJWT.parse(verified).getJWTClaimsSet();
            Date at = claims.getDateClaim(SIGNED_IN_CLAIM);
            Date issuedAt = claims.getIssueTime();
            return at != null ? at.toInstant() : issuedAt == null ? null : issuedAt.toInstant();
        } catch (ParseException e) {
            return null;
        }
    }
}
