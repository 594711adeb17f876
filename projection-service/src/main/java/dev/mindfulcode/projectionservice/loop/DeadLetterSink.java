package dev.mindfulcode.projectionservice.loop;

import java.util.List;

/** Where records go that can never be applied. Thread-safe. */
public interface DeadLetterSink {

    /**
     * Stores records with their bytes and reasons; when it returns, they are safe. A record may be stored twice after a
     * failure: (topic, partition, offset) tells.
     *
     * @throws DeadLetterSinkUnavailableException where they cannot be stored just now
     */
    void store(List<DeadRecord> records);
}
