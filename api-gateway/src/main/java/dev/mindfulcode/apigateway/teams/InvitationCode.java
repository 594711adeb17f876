package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.identity.CredentialHash;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret of an invitation: {@code mci_} and 128 random bits. The inviter passes it on to the invited person; the
 * service stores its hash.
 */
record InvitationCode(String text) {

    static final int LENGTH_MAX = 64;

    private static final String PREFIX = "mci_";
    private static final int RANDOM_BYTES = 16;

    static InvitationCode generate(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new InvitationCode(
                PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    CredentialHash hash() {
        return CredentialHash.of(text);
    }

    /** Without the code. */
    @Override
    public String toString() {
        return "InvitationCode";
    }
}
