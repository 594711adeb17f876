package dev.mindfulcode.projectionservice.loop;

/** Dead letters could not be stored; the records that are to go there stay where they are meanwhile. */
public final class DeadLetterSinkUnavailableException extends RuntimeException {

    public DeadLetterSinkUnavailableException(Throwable cause) {
        super("dead letters could not be stored", cause);
    }
}
