package dev.mindfulcode.apigateway.accounts;

import java.util.UUID;

/** The tokens of a sign-in, as the API returns them. */
record Tokens(UUID userId, String accessToken, String refreshToken, long expiresIn) {

    /** Without the tokens. */
    @Override
    public String toString() {
        return "Tokens";
    }
}
