package dev.mindfulcode.projectionservice.analytics;

/** Another service has the lease of the run, or the run was deleted. */
final class LeaseLostException extends Exception {
    private static final long serialVersionUID = 1;

    LeaseLostException() {
        super("The lease of the run was lost", null, false, false);
    }
}
