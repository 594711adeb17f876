package dev.mindfulcode.projectionservice.rebuild;

/** The operator cancelled the build. */
final class RebuildCancelledException extends RuntimeException {

    RebuildCancelledException() {
        super("cancelled", null, false, false);
    }
}
