package dev.mindfulcode.ingestservice;

import java.util.UUID;

/**
 * The shift of a session in an upload, as reported to the client.
 *
 * @param batches how many of the upload's batches were moved, at least 1
 */
record MovedSession(UUID sessionId, TimeShift shift, int batches) {}
