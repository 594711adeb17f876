package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The offset up to which a partition of keystrokes has been processed, stored to survive a restart. Not thread-safe.
 */
final class ProcessedOffset {

    /** Returned by {@link #next} if no record was processed. */
    static final long NONE = -1;

    private static final Bytes KEY = Bytes.wrap(new byte[] {0});

    private final KeyValueStore<Bytes, byte[]> store;

    ProcessedOffset(ProcessingContext context) {
        store = context.getStateStore(FlowTopology.PROGRESS_STORE);
    }

    /** Records that the current record, one of keystrokes, is being processed. */
    void record(ProcessingContext context) {
        long offset = context.recordMetadata().orElseThrow().offset();
        store.put(KEY, ByteBuffer.allocate(Long.BYTES).putLong(offset + 1).array());
    }

    /** Returns the offset after the last record processed. */
    long next() {
        byte[] stored = store.get(KEY);
        return stored == null ? NONE : ByteBuffer.wrap(stored).getLong();
    }
}
