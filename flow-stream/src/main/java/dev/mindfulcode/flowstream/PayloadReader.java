package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.UUID;

/** Decrypts and decodes the payload of a batch. */
record PayloadReader(KeyLookup keys) {

    /**
     * Returns the payload, or empty if the key of its user is destroyed.
     *
     * @throws PoisonRecordException if the bytes are not a payload of that many keystrokes, encrypted for this user
     */
    Optional<KeystrokePayload> read(UUID userId, FlowInput.Sealed sealed) {
        return keys.find(userId).map(cipher -> payload(sealed, cipher));
    }

    static KeystrokePayload payload(FlowInput.Sealed sealed, UserCipher cipher) {
        KeystrokePayload payload;
        try {
            payload = KeystrokePayload.decode(
                    cipher.decrypt(bytes(sealed.payload()), Topics.KEYSTROKES.name(), sealed.payloadVersion()));
        } catch (GeneralSecurityException e) {
            throw new PoisonRecordException(DeadLetterReason.NOT_DECRYPTED, e);
        } catch (MalformedPayloadException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
        if (payload.keystrokes() != sealed.keystrokes()) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD);
        }
        for (int intervalMs : payload.intervalsMs()) {
            if (intervalMs < 0) {
                throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
            }
        }
        return payload;
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
