package dev.mindfulcode.apigateway.webhooks;

import java.util.Base64;

/**
 * Where a webhook leads and with what it is signed. Security guarantees: neither is printed; the address may be as good
 * as a password.
 *
 * @param host as people may see it
 * @param secret the key of the signature
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares targets
public record WebhookTarget(String url, String host, byte[] secret) {

    static final String SECRET_PREFIX = "whsec_";

    /** The secret as Standard Webhooks writes it. */
    public String secretText() {
        return SECRET_PREFIX + Base64.getEncoder().encodeToString(secret);
    }

    @Override
    public String toString() {
        return "WebhookTarget[" + host + "]";
    }
}
