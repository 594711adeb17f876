package dev.mindfulcode.projectionservice.rebuild;

/**
 * How far a build is.
 *
 * @param phase waiting, reading, comparing or switching
 * @param records offsets that are behind it
 * @param recordsTotal offsets up to where the projection in use stands
 */
record RebuildProgress(String phase, long records, long recordsTotal, long recordsPerSecond) {}
