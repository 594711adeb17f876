package dev.mindfulcode.schemas;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record without a value that flow-stream appends to each partition of {@code flow-states}, {@code flow-minutes} and
 * {@code flow-periods}: the records before it include the effects of all records below an offset of the partitions of
 * {@code keystrokes} and {@code flow-features} with the same number. Projections skip records without a value.
 */
public final class ProgressMarker {

    /** Returned for other records. */
    public static final long NONE = -1;

    private static final String KEYSTROKES_HEADER = "input-offset";
    private static final String FEATURES_HEADER = "features-offset";

    private ProgressMarker() {}

    /** Returns the headers of a marker: every record of the inputs below these offsets is included. */
    public static Headers headers(long keystrokesOffset, long featuresOffset) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(KEYSTROKES_HEADER, bytes(keystrokesOffset));
        headers.add(FEATURES_HEADER, bytes(featuresOffset));
        return headers;
    }

    private static byte[] bytes(long offset) {
        return ByteBuffer.allocate(Long.BYTES).putLong(offset).array();
    }

    /** Returns the offset in {@code keystrokes} of a marker's headers, {@link #NONE} for other records. */
    public static long inputOffset(Headers headers) {
        return offset(headers, KEYSTROKES_HEADER);
    }

    /** Returns the offset in {@code flow-features} of a marker's headers, {@link #NONE} for other records. */
    public static long featuresOffset(Headers headers) {
        return offset(headers, FEATURES_HEADER);
    }

    private static long offset(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        byte[] value = header == null ? null : header.value();
        return value != null && value.length == Long.BYTES
                ? ByteBuffer.wrap(value).getLong()
                : NONE;
    }

    /** Returns the key of a partition's markers, which belongs to no user. */
    public static UUID key(int partition) {
        return new UUID(0, partition);
    }

    /** Returns the partition of a marker with this key. */
    public static int partition(UUID key) {
        return Math.toIntExact(key.getLeastSignificantBits());
    }
}
