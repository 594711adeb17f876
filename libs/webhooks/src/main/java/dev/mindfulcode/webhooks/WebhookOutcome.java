package dev.mindfulcode.webhooks;

/** The outcome of one attempt at a delivery. */
sealed interface WebhookOutcome {

    /** The receiver accepted the message. */
    record Delivered() implements WebhookOutcome {}

    /**
     * A failure that a later attempt may not have.
     *
     * @param kind of failure, such as {@code status_503}; nothing of the receiver's response
     */
    record Failed(String kind) implements WebhookOutcome {}

    /** A failure that later attempts would have too: the receiver is gone, or the target cannot be opened. */
    record PermanentFailure(String kind) implements WebhookOutcome {}
}
