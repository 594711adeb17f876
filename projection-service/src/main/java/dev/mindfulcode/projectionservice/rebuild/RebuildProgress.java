package dev.mindfulcode.projectionservice.rebuild;

/**
 * The progress of a build.
 *
 * @param phase waiting, reading, comparing or switching
 * @param records offsets read
 * @param recordsTotal offsets up to the position of the projection in use
 */
record RebuildProgress(String phase, long records, long recordsTotal, long recordsPerSecond) {}
