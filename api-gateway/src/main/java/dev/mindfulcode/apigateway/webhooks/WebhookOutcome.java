package dev.mindfulcode.apigateway.webhooks;

/** How an attempt at delivery ended. */
sealed interface WebhookOutcome {

    /** The other side took it. */
    record Delivered() implements WebhookOutcome {}

    /**
     * It may go better another time.
     *
     * @param kind of failure, such as {@code status_503}; nothing that the other side said
     */
    record Failed(String kind) implements WebhookOutcome {}

    /** It will not go better: the other side says that it is gone, or it must not be called. */
    record PermanentFailure(String kind) implements WebhookOutcome {}
}
