package dev.mindfulcode.schemas;

import java.util.UUID;

/**
 * Encodes KeystrokeBatch records in the Confluent wire format, byte for byte like the topic's serializer, from their
 * values into one array. For ingest, which writes one per request; everybody else uses the serializer.
 */
public final class KeystrokeBatchCodec {

    private KeystrokeBatchCodec() {}

    /**
     * Returns a batch that is not imported.
     *
     * @param header 0x00 and four bytes of schema id
     * @param startedAtMs by the server's clock
     */
    public static byte[] encode(
            byte[] header,
            UUID batchId,
            UUID sessionId,
            long sequence,
            long startedAtMs,
            long receivedAtMs,
            boolean clamped,
            KeystrokePayload payload) {
        int payloadBytes = payload.sizeBytes();
        AvroBinaryWriter out = new AvroBinaryWriter(header.length
                + 2 * AvroBinaryWriter.UUID_BYTES
                + AvroBinaryWriter.sizeOf(sequence)
                + AvroBinaryWriter.sizeOf(startedAtMs)
                + AvroBinaryWriter.sizeOf(receivedAtMs)
                + 2 * AvroBinaryWriter.BOOLEAN_BYTES
                + AvroBinaryWriter.sizeOf(payloadBytes)
                + payloadBytes);
        out.raw(header);
        out.uuid(batchId);
        out.uuid(sessionId);
        out.varint(sequence);
        out.varint(startedAtMs);
        out.varint(receivedAtMs);
        out.bool(clamped);
        out.varint(payloadBytes);
        payload.writeTo(out);
        out.bool(false);
        return out.written();
    }
}
