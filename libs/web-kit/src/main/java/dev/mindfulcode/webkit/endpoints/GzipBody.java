package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.zip.GZIPInputStream;
import org.springframework.http.HttpHeaders;

/**
 * A decompressed body of a request with {@code Content-Encoding: gzip} (RFC 1952).
 *
 * @param bytes only the first {@code length} belong to the body
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, to the parser
public record GzipBody(byte[] bytes, int length) {

    /** Typical ratio of requests; if a body exceeds it, the buffer grows. */
    private static final int EXPECTED_RATIO = 4;

    private static final int BUFFER_BYTES_MIN = 1_024;

    /**
     * Returns whether a request's body is compressed with gzip, also under its other name {@code x-gzip} (RFC 9110).
     *
     * @throws ProblemException if it has another encoding
     */
    public static boolean isGzip(HttpHeaders headers) {
        List<String> encodings = headers.getOrEmpty(HttpHeaders.CONTENT_ENCODING);
        String encoding = encodings.size() == 1 ? encodings.getFirst() : "";
        if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
            return true;
        }
        if (encodings.isEmpty() || encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        throw ProblemType.UNSUPPORTED_MEDIA_TYPE.forField(
                HttpHeaders.CONTENT_ENCODING, "Must be gzip, once, or absent.");
    }

    /** Decompresses a body that may be empty. */
    static byte[] decompress(byte[] compressed, int bytesMax) {
        if (compressed.length == 0) {
            return compressed;
        }
        GzipBody body = decompress(compressed, compressed.length, bytesMax, _ -> {});
        return Arrays.copyOf(body.bytes, body.length);
    }

    /**
     * Decompresses a body.
     *
     * @param bytesMax of the decompressed body
     * @param beforeGrowth receives the number of further bytes before they are allocated, and may throw
     * @throws ProblemException if the body is not a gzip stream, is cut short, too large or followed by other bytes
     */
    public static GzipBody decompress(byte[] compressed, int compressedLength, int bytesMax, IntConsumer beforeGrowth) {
        byte[] bytes = {};
        int length = 0;
        int capacity = Math.clamp(
                (long) EXPECTED_RATIO * compressedLength, Math.min(BUFFER_BYTES_MIN, bytesMax + 1), bytesMax + 1);
        try (Stream in = new Stream(compressed, compressedLength)) {
            while (true) {
                beforeGrowth.accept(capacity - bytes.length);
                bytes = Arrays.copyOf(bytes, capacity);
                length += in.readNBytes(bytes, length, capacity - length);
                if (length < capacity) {
                    if (in.isFollowedByBytes()) {
                        throw malformed("Bytes follow the end of the gzip stream.");
                    }
                    return new GzipBody(bytes, length);
                }
                if (length > bytesMax) {
                    throw RequestBodies.tooLarge(bytesMax);
                }
                capacity = Math.min(2 * capacity, bytesMax + 1);
            }
        } catch (EOFException e) {
            throw malformed("The gzip stream ends early.");
        } catch (IOException e) {
            throw malformed("The body is not a valid gzip stream.");
        }
    }

    private static ProblemException malformed(String detail) {
        return ProblemType.MALFORMED_BODY.forField(HttpHeaders.CONTENT_ENCODING, detail);
    }

    private static final class Stream extends GZIPInputStream {

        private static final int TRAILER_BYTES = 8;

        Stream(byte[] compressed, int length) throws IOException {
            // One buffer for the whole body: what the inflater leaves unread then follows the stream.
            super(new ByteArrayInputStream(compressed, 0, length), Math.max(1, length));
        }

        /** The JDK ignores trailing bytes that are not another stream. */
        boolean isFollowedByBytes() {
            return inf.getRemaining() > TRAILER_BYTES;
        }
    }
}
