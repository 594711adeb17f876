package dev.mindfulcode.projection.loop;

/** A partition does not stand where this loop left it: somebody else applied records of it, or the database lost some. */
final class FencedException extends Exception {

    FencedException() {
        super("a partition's offset has been moved by somebody else", null, false, false);
    }
}
