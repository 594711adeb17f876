package dev.mindfulcode.ingestservice;

/**
 * An upload as it came in, not yet read.
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
     * @param share grown by what a compressed body takes in addition once it is decompressed
     * @throws UploadException and nothing else, whatever the bytes
     */
    Upload read(InFlightBytes.Reservation share) {
        if (!isGzip) {
            return reader.read(bytes, length);
        }
        GzipBody body = GzipBody.decompress(bytes, length, share);
        return reader.read(body.bytes(), body.length());
    }
}
