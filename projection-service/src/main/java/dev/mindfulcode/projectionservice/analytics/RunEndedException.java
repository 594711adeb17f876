package dev.mindfulcode.projectionservice.analytics;

/** A run cannot continue. The message is shown to its user. */
final class RunEndedException extends Exception {
    private static final long serialVersionUID = 1;

    /** FAILED if the plugin is the cause, otherwise STOPPED. */
    final RunStatus status;

    RunEndedException(RunStatus status, String reason) {
        super(reason);
        this.status = status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
