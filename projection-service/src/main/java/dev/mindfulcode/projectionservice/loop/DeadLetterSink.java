package dev.mindfulcode.projectionservice.loop;

import java.util.List;

/** Stores records that can never be applied. Thread-safe. */
public interface DeadLetterSink {

    /**
     * Stores records durably with their bytes and reasons. After a failure a record may be stored twice; (topic,
     * partition, offset) identifies it.
     *
     * @throws DeadLetterSinkUnavailableException if they cannot be stored now
     */
    void store(List<DeadRecord> records);
}
