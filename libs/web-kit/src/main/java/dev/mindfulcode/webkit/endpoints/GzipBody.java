package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.springframework.http.HttpHeaders;

/** Request bodies with {@code Content-Encoding: gzip} (RFC 1952), within the size limit of uncompressed bodies. */
final class GzipBody {

    private static final int TRAILER_BYTES = 8;

    private GzipBody() {}

    /**
     * Returns whether a request's body is compressed with gzip; {@code x-gzip} is the same by RFC 9110.
     *
     * @throws ProblemException if it is encoded in another way
     */
    static boolean isGzip(HttpHeaders headers) {
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

    /**
     * Decompresses a body.
     *
     * @param bytesMax of the decompressed body
     * @throws ProblemException if it is not exactly one gzip stream, or too large
     */
    static byte[] decompress(byte[] compressed, int bytesMax) {
        if (compressed.length == 0) {
            return compressed;
        }
        try (Stream in = new Stream(compressed)) {
            byte[] body = in.readNBytes(bytesMax + 1);
            if (body.length > bytesMax) {
                throw RequestBodies.tooLarge(bytesMax);
            }
            if (in.hasTrailingBytes()) {
                throw malformed("Bytes follow the end of the gzip stream.");
            }
            return body;
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

        Stream(byte[] compressed) throws IOException {
            // One buffer for the whole body: the rest of the inflater at the end is then what follows the stream.
            super(new ByteArrayInputStream(compressed), compressed.length);
        }

        /** The JDK ignores trailing bytes that are not another stream. */
        boolean hasTrailingBytes() {
            return inf.getRemaining() > TRAILER_BYTES;
        }
    }
}
