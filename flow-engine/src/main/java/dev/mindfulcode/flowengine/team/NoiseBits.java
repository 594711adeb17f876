package dev.mindfulcode.flowengine.team;

/**
 * A stream of random bytes for one released figure. In production it is a keyed pseudo-random function of what is
 * released, so that a replay draws the same noise.
 */
@FunctionalInterface
public interface NoiseBits {

    /** Returns the next bytes of the stream, uniform and independent of all earlier ones. */
    byte[] next(int count);
}
