package dev.mindfulcode.apigateway.limits;

import org.jspecify.annotations.Nullable;

/**
 * A counted attempt to sign in, to register or to confirm the current password.
 *
 * @param account the normalised e-mail address, or what was given instead of one
 * @param client the network it comes from; null for one that is exempt from limits
 */
public record SignInAttempt(String account, @Nullable String client) {

    /** Without address and network, which are personal. */
    @Override
    public String toString() {
        return "SignInAttempt";
    }
}
