package dev.mindfulcode.projectionservice.loop;

/** Another writer changed the offsets or the active projections. The loop writes nothing and reads the tables again. */
final class FencedException extends Exception {

    FencedException(String what) {
        super(what, null, false, false);
    }
}
