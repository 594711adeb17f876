package dev.mindfulcode.apigateway.limits;

import org.jspecify.annotations.Nullable;

/**
 * A counted attempt to sign in, to register or to confirm the current password.
 *
 * @param account a keyed hash of the normalised address, or of the text that was sent instead of one
 * @param client the client's network; null if it is exempt from limits
 */
public record SignInAttempt(String account, @Nullable String client) {

    /** Without address and network, which are personal. */
    @Override
    public String toString() {
        return "SignInAttempt";
    }
}
