package dev.mindfulcode.modelevidence;

/**
 * A labelled instant of one person.
 *
 * @param person id; splits hold out people, not rows
 * @param features the engine's five features, in its order
 * @param raw plain counts for the baselines of a task
 * @param positive the label
 */
@SuppressWarnings("ArrayRecordComponent") // tens of thousands of numbers
record Example(String person, float[] features, double[] raw, boolean positive) {}
