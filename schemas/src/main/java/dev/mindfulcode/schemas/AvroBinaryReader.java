package dev.mindfulcode.schemas;

import java.util.Arrays;

/**
 * Reads Avro binary into primitive arrays, trusting nothing: no count makes it allocate more than the bytes at hand can
 * fill, and each read moves forward, so it always ends. Not thread-safe.
 */
final class AvroBinaryReader {

    private static final int VARINT_BYTES_MAX = 10;

    private final byte[] buffer;
    private int position;

    AvroBinaryReader(byte[] buffer) {
        this.buffer = buffer;
    }

    /** Reads an array of int, whose blocks may carry a negative count followed by their size in bytes. */
    int[] ints(int maxCount, String field) throws MalformedPayloadException {
        int[] values = {};
        int count = 0;
        for (long block = varint(field); block != 0; block = varint(field)) {
            int blockEnd = -1;
            if (block < 0) {
                block = -block;
                blockEnd = blockEnd(varint(field), field);
            }
            // Long.MIN_VALUE stays negative; an element takes a byte at least.
            if (block < 0 || block > maxCount - count || block > buffer.length - position) {
                throw new MalformedPayloadException(field + ": more elements than allowed or than there are bytes");
            }
            values = Arrays.copyOf(values, count + (int) block);
            for (int end = count + (int) block; count < end; count++) {
                values[count] = intValue(field);
            }
            if (blockEnd >= 0 && blockEnd != position) {
                throw new MalformedPayloadException(field + ": a block is not as long as it says");
            }
        }
        return values;
    }

    byte[] bytes(int maxLength, String field) throws MalformedPayloadException {
        long length = varint(field);
        if (length < 0 || length > maxLength || length > buffer.length - position) {
            throw new MalformedPayloadException(field + ": longer than allowed or than there are bytes");
        }
        byte[] value = Arrays.copyOfRange(buffer, position, position + (int) length);
        position += (int) length;
        return value;
    }

    void end() throws MalformedPayloadException {
        if (position != buffer.length) {
            throw new MalformedPayloadException((buffer.length - position) + " bytes after the end");
        }
    }

    private int blockEnd(long sizeBytes, String field) throws MalformedPayloadException {
        if (sizeBytes < 0 || sizeBytes > buffer.length - position) {
            throw new MalformedPayloadException(field + ": a block longer than there are bytes");
        }
        return position + (int) sizeBytes;
    }

    private int intValue(String field) throws MalformedPayloadException {
        long value = varint(field);
        if (value != (int) value) {
            throw new MalformedPayloadException(field + ": a value beyond 32 bits");
        }
        return (int) value;
    }

    private long varint(String field) throws MalformedPayloadException {
        long zigzag = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (position == buffer.length) {
                throw new MalformedPayloadException(field + ": the bytes end early");
            }
            byte next = buffer[position++];
            zigzag |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        throw new MalformedPayloadException(field + ": a number of more than " + VARINT_BYTES_MAX + " bytes");
    }
}
