package dev.mindfulcode.webhooks;

import java.util.UUID;

/**
 * The result of a test delivery.
 *
 * @param outcome {@code delivered}, or the kind of failure, such as {@code status_503} or {@code address_not_allowed}
 * @param durationMs from the resolution of the host's name to the response's status
 */
public record TestDelivery(UUID messageId, boolean delivered, String outcome, long durationMs) {}
