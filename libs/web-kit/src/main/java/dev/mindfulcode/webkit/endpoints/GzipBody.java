package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.springframework.http.HttpHeaders;

/**
 * Request bodies with {@code Content-Encoding: gzip} (RFC 1952): bounded when decompressed as when they are not
 * compressed.
 */
final class GzipBody {

    private static final int TRAILER_BYTES = 8;

    private GzipBody() {}

    /**
     * Returns whether a request's body is compressed with gzip; {@code x-gzip} is the same by RFC 9110.
     *
     * @throws ProblemException where it is encoded in another way
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
                HttpHeaders.CONTENT_ENCODING, "Send gzip, once, or leave it out.");
    }

    /**
     * Decompresses a body.
     *
     * @param bytesMax of the decompressed body
     * @throws ProblemException where it is no gzip stream, a part of one, more than one and something else, or too
     *     large
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
            if (in.isFollowedBySomething()) {
                throw malformed("Something follows the end of the gzip stream.");
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
            // One buffer for all of it: what the inflater has left at the end is then what follows the stream.
            super(new ByteArrayInputStream(compressed), compressed.length);
        }

        /** The JDK ignores what follows a stream and is not another one. */
        boolean isFollowedBySomething() {
            return inf.getRemaining() > TRAILER_BYTES;
        }
    }
}
