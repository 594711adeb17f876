package dev.mindfulcode.ingestservice;

import java.util.UUID;

/**
 * A valid batch as a client sent it.
 *
 * @param index in the upload, zero-based
 * @param startedAtMs by the client's clock, epoch milliseconds
 * @param spanMs from the start to the last keystroke or signal, 0 to {@link UploadLimits#BATCH_SPAN_MS_MAX}
 * @param payload a KeystrokePayload in Avro binary, not yet encrypted: never stored or logged
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
