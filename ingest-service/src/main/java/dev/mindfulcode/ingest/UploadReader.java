package dev.mindfulcode.ingest;

import java.util.List;

/** Reads a whole upload in one format. Thread-safe; never blocks. */
interface UploadReader {

    /**
     * Reads the batches of an upload, all of them or none.
     *
     * @param body only the first {@code length} bytes belong to the upload
     * @return 1 to {@link Limits#BATCHES_A_REQUEST_MAX} batches, in the order sent
     * @throws Refusal naming what is wrong, and never anything else, whatever the bytes
     */
    List<Batch> read(byte[] body, int length);
}
