package dev.mindfulcode.projectionservice.fold;

/** An event that says something impossible: it goes to dead letters and its partition goes on. */
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
