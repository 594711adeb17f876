package dev.mindfulcode.ingest;

import dev.mindfulcode.schemas.ReadAfterToken;
import java.util.Optional;

/**
 * An upload that Kafka has acknowledged.
 *
 * @param readAfter what a read that is to see the upload waits for; empty where the broker did not report the position
 */
record UploadResult(Upload upload, Optional<ReadAfterToken> readAfter) {}
