package dev.mindfulcode.ingest;

import java.util.UUID;

/**
 * One batch as a client sent it, found valid.
 *
 * @param startedAtMs as the client said, not yet clamped
 * @param spanMs from the start to the last keystroke or signal
 * @param payload a KeystrokePayload in Avro binary, in clear: to be encrypted, never stored or logged as it is
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, from the reader to the cipher
record Batch(
        UUID batchId, UUID sessionId, long sequence, long startedAtMs, long spanMs, int keystrokes, byte[] payload) {}
