package dev.mindfulcode.projectionservice.rebuild;

/** Nobody wants the build any more. */
final class RebuildCancelledException extends RuntimeException {

    RebuildCancelledException() {
        super("cancelled", null, false, false);
    }
}
