package dev.mindfulcode.ingestservice;

import java.util.UUID;

/**
 * One batch as a client sent it, found valid.
 *
 * @param index in the upload, zero-based
 * @param startedAtMs by the client's clock, epoch milliseconds, not yet moved
 * @param spanMs from the start to the last keystroke or signal, 0 to {@link UploadLimits#BATCH_SPAN_MS_MAX}
 * @param payload a KeystrokePayload in Avro binary, in clear: to be encrypted, never stored or logged as it is
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, from the reader to the cipher
record ParsedBatch(
        int index,
        UUID batchId,
        UUID sessionId,
        long sequence,
        long startedAtMs,
        long spanMs,
        int keystrokes,
        byte[] payload) {

    long endedAtMs() {
        return startedAtMs + spanMs;
    }
}
