package dev.mindfulcode.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** Codec of SessionDetails, whose Avro binary is encrypted in {@code SessionEvent.details}. */
public final class SessionDetailsCodec {

    /**
     * The version of the layout: {@code details_version} of the event, and part of the associated data.
     */
    public static final int VERSION = 1;

    /** Generous for three names. */
    public static final int SIZE_BYTES_MAX = 16 * 1024;

    private static final int TYPICAL_SIZE_BYTES = 64;

    static {
        TrustedRecords.register();
    }

    private SessionDetailsCodec() {}

    /**
     * Returns the details in Avro binary.
     *
     * @throws IllegalArgumentException if they exceed {@link #SIZE_BYTES_MAX}
     */
    public static byte[] encode(SessionDetails details) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(TYPICAL_SIZE_BYTES);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new SpecificDatumWriter<>(SessionDetails.class).write(details, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (out.size() > SIZE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "session details have " + out.size() + " bytes; must be at most " + SIZE_BYTES_MAX);
        }
        return out.toByteArray();
    }

    /**
     * Decodes the result of {@link #encode}.
     *
     * @throws MalformedPayloadException if the bytes are not session details
     */
    public static SessionDetails decode(byte[] avroBinary) throws MalformedPayloadException {
        if (avroBinary.length > SIZE_BYTES_MAX) {
            throw new MalformedPayloadException(
                    avroBinary.length + " bytes of session details; must be at most " + SIZE_BYTES_MAX);
        }
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(avroBinary, null);
        SessionDetails details;
        boolean atEnd;
        try {
            details = new SpecificDatumReader<>(SessionDetails.class).read(null, decoder);
            atEnd = decoder.isEnd();
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new MalformedPayloadException("not session details", e);
        }
        if (!atEnd) {
            throw new MalformedPayloadException("surplus bytes after the session details");
        }
        return details;
    }
}
