package dev.mindfulcode.ingest;

/** Reads a whole upload in one format. Thread-safe; never blocks. */
interface UploadReader {

    /**
     * Reads the batches of an upload, all of them or none.
     *
     * @param body only the first {@code length} bytes belong to the upload
     * @throws Refusal naming what is wrong, and never anything else, whatever the bytes
     */
    Upload read(byte[] body, int length);
}
