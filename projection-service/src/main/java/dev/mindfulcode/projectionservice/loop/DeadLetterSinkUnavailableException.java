package dev.mindfulcode.projectionservice.loop;

/** Dead letters cannot be stored now. Their records are not applied and will be retried. */
public final class DeadLetterSinkUnavailableException extends RuntimeException {

    public DeadLetterSinkUnavailableException(Throwable cause) {
        super("Cannot write to the topic dead-letters", cause);
    }
}
