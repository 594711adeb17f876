package dev.mindfulcode.projectionservice.analytics;

/** A run cannot go on, for a reason that its user is told. */
final class RunEndedException extends Exception {
    private static final long serialVersionUID = 1;

    /** FAILED where it is the plugin's fault, STOPPED where it is not. */
    final RunStatus status;

    RunEndedException(RunStatus status, String reason) {
        super(reason);
        this.status = status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
