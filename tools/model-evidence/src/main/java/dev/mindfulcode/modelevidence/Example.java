package dev.mindfulcode.modelevidence;

/**
 * One judged instant of one person.
 *
 * @param person who; people and never rows are held out
 * @param features the engine's five features, in its order
 * @param raw plain counts for baselines, each task its own
 * @param positive the label
 */
@SuppressWarnings("ArrayRecordComponent") // numbers by the ten thousand
record Example(String person, float[] features, double[] raw, boolean positive) {}
