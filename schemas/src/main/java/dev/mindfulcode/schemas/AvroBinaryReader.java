package dev.mindfulcode.schemas;

import java.io.IOException;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads untrusted Avro binary into primitive arrays with Avro's low-level decoder. No declared count allocates more
 * than its maximum. Not thread-safe.
 */
final class AvroBinaryReader {

    private final BinaryDecoder in;

    AvroBinaryReader(byte[] bytes, int offset, int length) {
        in = DecoderFactory.get().binaryDecoder(bytes, offset, length, null);
    }

    int[] ints(int maxCount, String field) throws MalformedPayloadException {
        try {
            int[] values = {};
            int count = 0;
            for (long block = in.readArrayStart(); block != 0; block = in.arrayNext()) {
                if (block < 0 || block > maxCount - count) {
                    throw new MalformedPayloadException(field + ": more than " + maxCount + " elements");
                }
                values = Arrays.copyOf(values, count + (int) block);
                for (int end = count + (int) block; count < end; count++) {
                    values[count] = intValue(field);
                }
            }
            return values;
        } catch (IOException | AvroRuntimeException | UnsupportedOperationException e) {
            throw new MalformedPayloadException(field + ": not an array of int, or truncated", e);
        }
    }

    byte[] bytes(int maxLength, String field) throws MalformedPayloadException {
        try {
            long length = in.readLong();
            if (length < 0 || length > maxLength) {
                throw new MalformedPayloadException(field + ": more than " + maxLength + " bytes");
            }
            byte[] value = new byte[(int) length];
            in.readFixed(value);
            return value;
        } catch (IOException | AvroRuntimeException | UnsupportedOperationException e) {
            throw new MalformedPayloadException(field + ": not bytes, or truncated", e);
        }
    }

    void end() throws MalformedPayloadException {
        try {
            if (!in.isEnd()) {
                throw new MalformedPayloadException("surplus bytes after the end");
            }
        } catch (IOException e) {
            throw new MalformedPayloadException("end not readable", e);
        }
    }

    /** Avro's own readInt drops the bits beyond 32. */
    private int intValue(String field) throws IOException, MalformedPayloadException {
        long value = in.readLong();
        if (value != (int) value) {
            throw new MalformedPayloadException(field + ": a value beyond 32 bits");
        }
        return (int) value;
    }
}
