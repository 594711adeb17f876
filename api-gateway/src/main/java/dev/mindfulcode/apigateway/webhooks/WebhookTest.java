package dev.mindfulcode.apigateway.webhooks;

import java.util.UUID;

/**
 * How a delivery ended that was made to try a webhook.
 *
 * @param outcome {@code delivered}, or the kind of failure, such as {@code status_503} or {@code address_not_allowed}
 * @param durationMs from the look-up of the host's name to the answer's status
 */
public record WebhookTest(UUID messageId, boolean delivered, String outcome, long durationMs) {}
