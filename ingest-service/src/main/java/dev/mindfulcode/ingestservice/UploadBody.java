package dev.mindfulcode.ingestservice;

import java.util.Arrays;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * An upload's body as it comes in, copied out of the server's buffers at once. It takes memory, and its share of what
 * may be in flight, for what has come and not for what was announced. Not thread-safe.
 */
final class UploadBody {

    private static final byte[] NOTHING = {};

    private final InFlightBytes.Reservation share;
    private final int bytesMax;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean handedOver;

    /**
     * @param announcedBytes of the Content-Length header, negative where there is none; no reason to take more than
     *     that
     */
    UploadBody(InFlightBytes.Reservation share, long announcedBytes) {
        this.share = share;
        this.bytesMax = announcedBytes < 0
                ? UploadLimits.REQUEST_BYTES_MAX
                : (int) Math.min(announcedBytes, UploadLimits.REQUEST_BYTES_MAX);
    }

    static UploadException tooLarge() {
        return new UploadException(
                ProblemType.REQUEST_TOO_LARGE, "More than " + UploadLimits.REQUEST_BYTES_MAX + " bytes in a request");
    }

    /**
     * Takes over a chunk and releases it.
     *
     * @throws UploadException where the whole becomes too large, or too much is in flight
     */
    void append(DataBuffer chunk) {
        try {
            int more = chunk.readableByteCount();
            if (more > UploadLimits.REQUEST_BYTES_MAX - length) {
                throw tooLarge();
            }
            makeRoom(length + more);
            chunk.read(bytes, length, more);
            length += more;
        } finally {
            DataBufferUtils.release(chunk);
        }
    }

    private void makeRoom(int needed) {
        if (needed > bytes.length) {
            // The first chunk is mostly the only one.
            int capacity = length == 0 ? needed : Math.max(needed, Math.min(2 * bytes.length, bytesMax));
            share.grow(capacity - bytes.length);
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }

    /** Gives the share to whoever takes care of the upload from here, whether its client stays or not. */
    InFlightBytes.Reservation handOver() {
        handedOver = true;
        return share;
    }

    /** The rest will not come. */
    void release() {
        if (!handedOver) {
            share.release();
        }
    }

    /** The bytes received; only the first {@link #length} count. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
