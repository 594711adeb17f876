package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * A decompressed gzip body (RFC 1952) of at most {@link UploadLimits#REQUEST_BYTES_MAX} bytes.
 *
 * @param bytes only the first {@code length} belong to the body
 */
@SuppressWarnings("ArrayRecordComponent")
record GzipBody(byte[] bytes, int length) {

    /** Typical ratio of keystrokes; if a body exceeds it, the buffer grows. */
    private static final int EXPECTED_RATIO = 4;

    private static final int BUFFER_BYTES_MIN = 1_024;

    /**
     * Decompresses a body.
     *
     * @param share grown before memory is allocated
     * @throws ProblemException if the body is corrupt, cut short or too large, or too many bytes are in flight
     */
    static GzipBody decompress(byte[] compressed, int compressedLength, InFlightBytes.Reservation share) {
        byte[] bytes = {};
        int length = 0;
        int capacity = Math.clamp(
                (long) EXPECTED_RATIO * compressedLength, BUFFER_BYTES_MIN, UploadLimits.REQUEST_BYTES_MAX + 1);
        try (Stream in = new Stream(compressed, compressedLength)) {
            while (true) {
                share.grow(capacity - bytes.length);
                bytes = Arrays.copyOf(bytes, capacity);
                length += in.readNBytes(bytes, length, capacity - length);
                if (length < capacity) {
                    in.requireEnd();
                    return new GzipBody(bytes, length);
                }
                if (length > UploadLimits.REQUEST_BYTES_MAX) {
                    throw ProblemType.REQUEST_TOO_LARGE.withDetail(
                            "More than " + UploadLimits.REQUEST_BYTES_MAX + " bytes in a request, decompressed");
                }
                capacity = Math.min(2 * capacity, UploadLimits.REQUEST_BYTES_MAX + 1);
            }
        } catch (EOFException e) {
            throw malformed("The gzip stream ends early");
        } catch (IOException e) {
            throw malformed("The body is not a valid gzip stream");
        }
    }

    private static ProblemException malformed(String detail) {
        return ProblemType.MALFORMED_BODY.forField("Content-Encoding", detail);
    }

    private static final class Stream extends GZIPInputStream {

        private static final int TRAILER_BYTES = 8;

        Stream(byte[] compressed, int length) throws IOException {
            // One buffer for the whole body: what the inflater leaves unread then follows the stream.
            super(new ByteArrayInputStream(compressed, 0, length), Math.max(1, length));
        }

        /** The JDK ignores trailing bytes that are not another stream. */
        void requireEnd() {
            if (inf.getRemaining() > TRAILER_BYTES) {
                throw malformed("Bytes follow the end of the gzip stream");
            }
        }
    }
}
