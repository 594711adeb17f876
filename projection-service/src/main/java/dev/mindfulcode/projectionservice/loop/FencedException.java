package dev.mindfulcode.projectionservice.loop;

/** What this loop knew of the tables is true no more: it writes nothing and finds out anew. */
final class FencedException extends Exception {

    FencedException(String what) {
        super(what, null, false, false);
    }
}
