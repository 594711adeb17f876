package dev.mindfulcode.projectionservice.analytics;

/** Somebody else holds the run by now, or it is not there any more. */
final class LeaseLostException extends Exception {
    private static final long serialVersionUID = 1;

    LeaseLostException() {
        super("the run is somebody else's", null, false, false);
    }
}
