package dev.mindfulcode.flowstream;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Copies a compacted topic into its global store. It validates nothing: an exception would stop the instance, and a
 * restart may fill the store without this processor.
 */
final class GlobalStoreUpdater implements Processor<@Nullable Bytes, byte @Nullable [], Void, Void> {

    private final String storeName;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    private KeyValueStore<Bytes, byte @Nullable []> store;

    GlobalStoreUpdater(String storeName) {
        this.storeName = storeName;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        store = context.getStateStore(storeName);
    }

    @Override
    public void process(Record<@Nullable Bytes, byte @Nullable []> record) {
        Bytes key = record.key();
        if (key != null) {
            store.put(key, record.value());
        }
    }
}
