package dev.mindfulcode.projectionservice.rebuild;

/** Nobody wants the build any more. */
final class CancelledException extends RuntimeException {

    CancelledException() {
        super("cancelled", null, false, false);
    }
}
