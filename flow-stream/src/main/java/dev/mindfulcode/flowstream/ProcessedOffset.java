package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Up to where a partition of keystrokes has been processed. Stored, since after a restart nothing else tells what was
 * processed before it. Not thread-safe.
 */
final class ProcessedOffset {

    /** Returned by {@link #next} where no record has been processed. */
    static final long NONE = -1;

    private static final Bytes KEY = Bytes.wrap(new byte[] {0});

    private final KeyValueStore<Bytes, byte[]> store;

    ProcessedOffset(ProcessingContext context) {
        store = context.getStateStore(FlowTopology.PROGRESS_STORE);
    }

    /** Notes that the record at hand, one of keystrokes, is being processed. */
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
