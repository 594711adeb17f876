package dev.mindfulcode.ingestservice;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * A decompressed gzip body (RFC 1952). No larger than {@link UploadLimits#REQUEST_BYTES_MAX}, like a body that is not
 * compressed: so a bomb costs no more than an honest upload, whatever its ratio.
 *
 * @param bytes only the first {@code length} belong to the body
 */
@SuppressWarnings("ArrayRecordComponent")
record GzipBody(byte[] bytes, int length) {

    /** Typing compresses about so far; where it does not, the buffer grows. */
    private static final int EXPECTED_RATIO = 4;

    private static final int BUFFER_BYTES_MIN = 1_024;

    /**
     * Decompresses a body.
     *
     * @param share grown before memory is taken, as the body unfolds
     * @throws UploadException where it is corrupt, cut short, too large, or too much is in flight
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
                    throw new UploadException(
                            ProblemType.REQUEST_TOO_LARGE,
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

    private static UploadException malformed(String detail) {
        return new UploadException(ProblemType.MALFORMED_BODY, detail, "Content-Encoding");
    }

    private static final class Stream extends GZIPInputStream {

        private static final int TRAILER_BYTES = 8;

        Stream(byte[] compressed, int length) throws IOException {
            // One buffer for all of it: what the inflater has left at the end is then what follows the stream.
            super(new ByteArrayInputStream(compressed, 0, length), Math.max(1, length));
        }

        /** The JDK ignores what follows a stream and is not another one. */
        void requireEnd() {
            if (inf.getRemaining() > TRAILER_BYTES) {
                throw malformed("Something follows the end of the gzip stream");
            }
        }
    }
}
