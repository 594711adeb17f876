package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.ReadAfterToken;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the acknowledgements of one upload's records, which are all in one partition. Thread-safe. */
final class Acknowledgements implements Callback {

    private static final long OFFSET_UNKNOWN = -1;
    private static final Logger log = LoggerFactory.getLogger(Acknowledgements.class);

    private final AtomicInteger outstanding;
    private final AtomicLong lastOffset = new AtomicLong(OFFSET_UNKNOWN);
    private final CompletableFuture<Optional<ReadAfterToken>> all = new CompletableFuture<>();
    private volatile boolean failed;

    Acknowledgements(int records) {
        outstanding = new AtomicInteger(records);
    }

    /**
     * Completes when all records have been acknowledged, with the position of the last one; empty if the broker did not
     * report it, as for a record that the producer's own retry repeated. Fails once all are answered and one was lost.
     */
    CompletableFuture<Optional<ReadAfterToken>> all() {
        return all;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
        if (failure != null) {
            log.debug("Kafka rejected a batch", failure);
            failed = true;
        } else if (metadata != null && metadata.hasOffset()) {
            lastOffset.accumulateAndGet(metadata.offset(), Math::max);
        }
        if (outstanding.decrementAndGet() == 0) {
            if (failed) {
                all.completeExceptionally(KeystrokePublisher.unavailable());
            } else {
                all.complete(position(metadata));
            }
        }
    }

    private Optional<ReadAfterToken> position(@Nullable RecordMetadata metadata) {
        long offset = lastOffset.get();
        return metadata == null || offset == OFFSET_UNKNOWN
                ? Optional.empty()
                : Optional.of(new ReadAfterToken(metadata.topic(), metadata.partition(), offset));
    }
}
