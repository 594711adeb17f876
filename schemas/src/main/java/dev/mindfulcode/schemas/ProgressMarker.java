package dev.mindfulcode.schemas;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record without a value that flow-stream appends to each partition of {@code flow-states}, {@code flow-minutes} and
 * {@code flow-periods}: the records before it include the effects of all keystrokes below an offset of the partition of
 * {@code keystrokes} with the same number. Projections skip records without a value.
 */
public final class ProgressMarker {

    /** Returned by {@link #inputOffset} for other records. */
    public static final long NONE = -1;

    private static final String HEADER = "input-offset";

    private ProgressMarker() {}

    /** Returns the headers of a marker: every record of keystrokes below {@code inputOffset} is included. */
    public static Headers headers(long inputOffset) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(HEADER, ByteBuffer.allocate(Long.BYTES).putLong(inputOffset).array());
        return headers;
    }

    /** Returns the offset of a marker's headers, {@link #NONE} for other records. */
    public static long inputOffset(Headers headers) {
        Header header = headers.lastHeader(HEADER);
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
