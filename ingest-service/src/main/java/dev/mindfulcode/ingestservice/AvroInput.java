package dev.mindfulcode.ingestservice;

/**
 * Avro binary being read, trusting nothing: each read moves forward, and no count makes anybody loop further than there
 * are bytes. Refuses with the position given. Not thread-safe.
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

    /** Returns where reading goes on, for {@link #moveTo(int)}. */
    int position() {
        return next;
    }

    /** Goes back to where reading was before. */
    void moveTo(int earlier) {
        next = earlier;
    }

    /** Lets go of the body. */
    void close() {
        open(NOTHING, 0);
    }

    /**
     * Reads the head of a block of an array.
     *
     * @param elementBytesMin what an element takes at least
     * @return how many elements follow; 0 at the array's end
     */
    int blockStart(int elementBytesMin) {
        long count = varint();
        long sizeBytes = NO_END_GIVEN;
        if (count < 0) {
            count = -count;
            sizeBytes = varint();
            if (sizeBytes < 0 || sizeBytes > end - next) {
                throw position.malformed("A block longer than there are bytes");
            }
        }
        // Long.MIN_VALUE is its own negative.
        if (count < 0 || count > (end - next) / elementBytesMin) {
            throw position.malformed("More elements than there are bytes for");
        }
        blockEnd = sizeBytes == NO_END_GIVEN ? NO_END_GIVEN : next + (int) sizeBytes;
        return (int) count;
    }

    /** Where the block ends by its own account, for {@link #blockEnd(int)}: blocks within it have ends of their own. */
    int expectedBlockEnd() {
        return blockEnd;
    }

    /** Checks that a block was as long as it said, where it said so. */
    void blockEnd(int expected) {
        if (expected != NO_END_GIVEN && expected != next) {
            throw position.malformed("A block is not as long as it says");
        }
    }

    /** Reads the length of bytes or text and passes over what follows; see {@link #passed}. */
    int skipBytes() {
        long length = varint();
        if (length < 0 || length > end - next) {
            throw position.malformed("Longer than there are bytes");
        }
        next += (int) length;
        return (int) length;
    }

    /** Returns a byte that was passed over, counted back from where reading goes on. */
    byte passed(int bytesBack) {
        return bytes[next - bytesBack];
    }

    /** Copies the last bytes passed over, as characters. */
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
        throw position.malformed("A number of more than " + VARINT_BYTES_MAX + " bytes");
    }

    void end() {
        if (next != end) {
            throw position.malformed((end - next) + " bytes follow the end of the record");
        }
    }
}
