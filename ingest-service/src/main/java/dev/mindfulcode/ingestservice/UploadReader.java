package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;

/** A parser of uploads in one format. Thread-safe; never blocks. */
interface UploadReader {

    /**
     * Reads the batches of an upload. An invalid batch is rejected, and the others are read.
     *
     * @param body only the first {@code length} bytes belong to the upload
     * @throws ProblemException if the upload as a whole cannot be read, or is a single invalid batch; no bytes cause
     *     another exception
     */
    Upload read(byte[] body, int length);
}
