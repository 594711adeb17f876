package dev.mindfulcode.projectionservice.fold;

/** An event with invalid content. It goes to the dead letters and its partition continues. */
public final class RejectedEventException extends Exception {

    private final String reason;

    /** @param reason the kind of failure, never content of the event */
    public RejectedEventException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
