package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Arrays;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * An upload's body while it arrives, copied out of the server's buffers. It reserves memory for the bytes that have
 * arrived, not for the announced length. Not thread-safe.
 */
final class UploadBody {

    private static final byte[] NOTHING = {};

    private final InFlightBytes.Reservation reservation;
    private final int bytesMax;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean handedOver;

    /**
     * @param announcedBytes the Content-Length; negative without one
     */
    UploadBody(InFlightBytes.Reservation reservation, long announcedBytes) {
        this.reservation = reservation;
        this.bytesMax = announcedBytes < 0
                ? UploadLimits.REQUEST_BYTES_MAX
                : (int) Math.min(announcedBytes, UploadLimits.REQUEST_BYTES_MAX);
    }

    static ProblemException tooLarge() {
        return ProblemType.REQUEST_TOO_LARGE.withDetail(
                "More than " + UploadLimits.REQUEST_BYTES_MAX + " bytes in a request");
    }

    /**
     * Appends a chunk and releases it.
     *
     * @throws ProblemException if the body is too large or too many bytes are in flight
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
            // Most bodies have one chunk.
            int capacity = length == 0 ? needed : Math.max(needed, Math.min(2 * bytes.length, bytesMax));
            reservation.grow(capacity - bytes.length);
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }

    /** Returns the reservation, which the caller now releases even if the client disconnects. */
    InFlightBytes.Reservation handOver() {
        handedOver = true;
        return reservation;
    }

    /** Releases the reservation of a body that will not complete. */
    void release() {
        if (!handedOver) {
            reservation.release();
        }
    }

    /** Returns the received bytes; only the first {@link #length} are valid. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
