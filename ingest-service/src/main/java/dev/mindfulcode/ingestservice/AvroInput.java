package dev.mindfulcode.ingestservice;

import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Avro's decoder over untrusted bytes, which can return to an earlier offset, and which allocates nothing by a declared
 * length. Each read advances, so that no declared count causes more iterations than there are bytes. Not thread-safe.
 */
final class AvroInput {

    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int end;
    private int passedEnd;
    private BinaryDecoder in = DecoderFactory.get().binaryDecoder(NOTHING, null);

    void open(byte[] body, int length) {
        bytes = body;
        end = length;
        moveTo(0);
    }

    /** Releases the body. */
    void close() {
        open(NOTHING, 0);
    }

    private int remaining() throws IOException {
        return in.inputStream().available();
    }

    /** Returns the offset of the next byte, for {@link #moveTo(int)}. */
    int position() throws IOException {
        return end - remaining();
    }

    void moveTo(int offset) {
        in = DecoderFactory.get().binaryDecoder(bytes, offset, end - offset, in);
    }

    /** Returns the number of elements of an array's first block, 0 if the array is empty. */
    long arrayStart() throws IOException {
        return in.readArrayStart();
    }

    /** Returns the number of elements of an array's next block, 0 at the end of the array. */
    long arrayNext() throws IOException {
        return in.arrayNext();
    }

    long number() throws IOException {
        return in.readLong();
    }

    /** Reads the length of bytes or text and skips them; {@link #passed} returns them. */
    int skipBytes() throws IOException {
        long length = in.readLong();
        if (length < 0 || length > remaining()) {
            throw new IOException("a value is longer than the body");
        }
        passedEnd = position() + (int) length;
        in.skipFixed((int) length);
        return (int) length;
    }

    /** Returns one of the last skipped bytes, counted back from the last. */
    byte passed(int bytesBack) {
        return bytes[passedEnd - bytesBack];
    }

    /** Copies the last skipped bytes as characters. */
    void copyPassed(char[] into, int length) {
        for (int i = 0; i < length; i++) {
            into[i] = (char) (passed(length - i) & 0xFF);
        }
    }

    void end() throws IOException {
        if (remaining() != 0) {
            throw new IOException(remaining() + " bytes follow the end of the record");
        }
    }
}
