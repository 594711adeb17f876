package dev.mindfulcode.schemas;

/**
 * Encodes SealedEvent records in the Confluent wire format, byte for byte like the topic's serializer, into one array.
 */
public final class SealedEventCodec {

    /** The code of the null branch of {@code erased_at}. */
    private static final int NOT_ERASED = 0;

    private SealedEventCodec() {}

    /**
     * Returns the value of a sealed topic.
     *
     * @param header 0x00 and four bytes of schema id
     * @param payload encrypted
     */
    public static byte[] encode(byte[] header, int payloadVersion, byte[] payload) {
        AvroBinaryWriter out = new AvroBinaryWriter(header.length
                + AvroBinaryWriter.sizeOf(payloadVersion)
                + AvroBinaryWriter.sizeOfBytes(payload)
                + AvroBinaryWriter.sizeOf(NOT_ERASED));
        out.raw(header);
        out.varint(payloadVersion);
        out.bytes(payload);
        out.varint(NOT_ERASED);
        return out.written();
    }
}
