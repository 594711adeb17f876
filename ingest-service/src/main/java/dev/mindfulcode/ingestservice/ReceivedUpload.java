package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.endpoints.GzipBody;
import dev.mindfulcode.webkit.problems.ProblemException;

/**
 * An upload as received, not yet parsed.
 *
 * @param isGzip whether the bytes are a gzip stream
 * @param bytes only the first {@code length} belong to the upload
 * @param arrivedMs when it began to arrive by the server's clock, epoch milliseconds
 */
@SuppressWarnings("ArrayRecordComponent")
record ReceivedUpload(UploadReader reader, boolean isGzip, byte[] bytes, int length, long arrivedMs) {

    /**
     * Reads the upload.
     *
     * @param reservation grown by the decompressed size of a compressed body
     * @throws ProblemException if the upload is invalid; no bytes cause another exception
     */
    Upload read(InFlightBytes.Reservation reservation) {
        if (!isGzip) {
            return reader.read(bytes, length);
        }
        GzipBody body = GzipBody.decompress(bytes, length, UploadLimits.REQUEST_BYTES_MAX, reservation::grow);
        return reader.read(body.bytes(), body.length());
    }
}
