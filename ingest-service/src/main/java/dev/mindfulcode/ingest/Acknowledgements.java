package dev.mindfulcode.ingest;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the acknowledgements of one upload's records. Thread-safe. */
final class Acknowledgements implements Callback {

    private static final Logger LOG = LoggerFactory.getLogger(Acknowledgements.class);

    private final AtomicInteger outstanding;
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private volatile boolean failed;

    Acknowledgements(int records) {
        outstanding = new AtomicInteger(records);
    }

    /** Done when each record has been acknowledged; fails when each has been answered for and one of them was lost. */
    CompletableFuture<Void> all() {
        return all;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
        if (failure != null) {
            LOG.debug("Kafka did not take a batch", failure);
            failed = true;
        }
        if (outstanding.decrementAndGet() == 0) {
            if (failed) {
                all.completeExceptionally(KeystrokeLog.unavailable());
            } else {
                all.complete(null);
            }
        }
    }
}
