package dev.mindfulcode.webhooks;

import java.util.Base64;

/**
 * The address and the signing secret of a webhook.
 *
 * <p>Security guarantees: {@code toString} contains neither; an address can be as secret as a password.
 *
 * @param host the part of the address that users may see
 * @param secret the key of the signature
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares targets
public record WebhookTarget(String url, String host, byte[] secret) {

    static final String SECRET_PREFIX = "whsec_";

    /** Returns the secret in the notation of Standard Webhooks. */
    public String secretText() {
        return SECRET_PREFIX + Base64.getEncoder().encodeToString(secret);
    }

    @Override
    public String toString() {
        return "WebhookTarget[" + host + "]";
    }
}
