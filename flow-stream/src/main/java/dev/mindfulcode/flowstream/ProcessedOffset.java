package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The offset up to which a partition of keystrokes or features has been processed, stored to survive a restart. Not
 * thread-safe.
 */
final class ProcessedOffset {

    /** Returned by {@link #next} if no record was processed. */
    static final long NONE = -1;

    private static final byte KEYSTROKES = 0;

    /** 1 is used by {@link MinuteStore} in the same store. */
    private static final byte FEATURES = 2;

    private final KeyValueStore<Bytes, byte[]> store;
    private final Bytes key;

    private ProcessedOffset(ProcessingContext context, byte input) {
        store = context.getStateStore(FlowTopology.PROGRESS_STORE);
        key = Bytes.wrap(new byte[] {input});
    }

    static ProcessedOffset ofKeystrokes(ProcessingContext context) {
        return new ProcessedOffset(context, KEYSTROKES);
    }

    static ProcessedOffset ofFeatures(ProcessingContext context) {
        return new ProcessedOffset(context, FEATURES);
    }

    /** Records that the current record, one of this input, is being processed. */
    void record(ProcessingContext context) {
        long offset = context.recordMetadata().orElseThrow().offset();
        store.put(key, ByteBuffer.allocate(Long.BYTES).putLong(offset + 1).array());
    }

    /** Returns the offset after the last record processed. */
    long next() {
        byte[] stored = store.get(key);
        return stored == null ? NONE : ByteBuffer.wrap(stored).getLong();
    }
}
