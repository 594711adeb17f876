package dev.mindfulcode.ingestservice;

/**
 * A decoder of untrusted Avro binary: each read advances, and no declared count causes more iterations than there are
 * bytes. Rejects with the current {@link UploadPosition}. Not thread-safe.
 */
final class AvroInput {

    private static final int VARINT_BYTES_MAX = 10;
    private static final byte[] NOTHING = {};
    private static final int NO_END_GIVEN = -1;

    private final UploadPosition position;
    private byte[] bytes = NOTHING;
    private int next;
    private int end;
    private int blockEnd = NO_END_GIVEN;

    AvroInput(UploadPosition position) {
        this.position = position;
    }

    void open(byte[] body, int length) {
        bytes = body;
        next = 0;
        end = length;
    }

    /** Returns the offset of the next byte, for {@link #moveTo(int)}. */
    int position() {
        return next;
    }

    /** Moves back to an earlier offset. */
    void moveTo(int earlier) {
        next = earlier;
    }

    /** Releases the body. */
    void close() {
        open(NOTHING, 0);
    }

    /**
     * Reads the header of an array block.
     *
     * @param elementBytesMin smallest size of an element
     * @return the number of elements that follow; 0 at the end of the array
     */
    int blockStart(int elementBytesMin) {
        long count = varint();
        long sizeBytes = NO_END_GIVEN;
        if (count < 0) {
            count = -count;
            sizeBytes = varint();
            if (sizeBytes < 0 || sizeBytes > end - next) {
                throw position.malformed("An array block is longer than the body");
            }
        }
        // Long.MIN_VALUE is its own negative.
        if (count < 0 || count > (end - next) / elementBytesMin) {
            throw position.malformed("An array block declares more elements than the body holds");
        }
        blockEnd = sizeBytes == NO_END_GIVEN ? NO_END_GIVEN : next + (int) sizeBytes;
        return (int) count;
    }

    /** Returns the declared end of the current block, for {@link #blockEnd(int)} after nested blocks were read. */
    int expectedBlockEnd() {
        return blockEnd;
    }

    /** Checks that a block that declared its size had that size. */
    void blockEnd(int expected) {
        if (expected != NO_END_GIVEN && expected != next) {
            throw position.malformed("An array block does not have its declared size");
        }
    }

    /** Reads the length of bytes or text and skips them; {@link #passed} returns them. */
    int skipBytes() {
        long length = varint();
        if (length < 0 || length > end - next) {
            throw position.malformed("A value is longer than the body");
        }
        next += (int) length;
        return (int) length;
    }

    /** Returns a skipped byte, counted back from the next byte to read. */
    byte passed(int bytesBack) {
        return bytes[next - bytesBack];
    }

    /** Copies the last skipped bytes as characters. */
    void copyPassed(char[] into, int length) {
        for (int i = 0; i < length; i++) {
            into[i] = (char) (bytes[next - length + i] & 0xFF);
        }
    }

    long varint() {
        long zigzag = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (next == end) {
                throw position.malformed("The body ends early");
            }
            byte b = bytes[next++];
            zigzag |= (long) (b & 0x7F) << 7 * i;
            if (b >= 0) {
                return zigzag >>> 1 ^ -(zigzag & 1);
            }
        }
        throw position.malformed("A number has more than " + VARINT_BYTES_MAX + " bytes");
    }

    void end() {
        if (next != end) {
            throw position.malformed((end - next) + " bytes follow the end of the record");
        }
    }
}
