package dev.mindfulcode.ingestservice;

/** Reads a whole upload in one format. Thread-safe; never blocks. */
interface UploadReader {

    /**
     * Reads the batches of an upload. A batch that breaks a rule is rejected, and the others are read.
     *
     * @param body only the first {@code length} bytes belong to the upload
     * @throws UploadException naming what is wrong, and never anything else, whatever the bytes; where the upload as a whole
     *     cannot be read, or is one batch by itself that breaks a rule
     */
    Upload read(byte[] body, int length);
}
