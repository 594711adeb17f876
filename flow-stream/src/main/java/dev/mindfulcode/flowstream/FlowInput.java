package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import java.nio.ByteBuffer;
import java.util.UUID;

/** An input about one user, in the order of its partition. */
sealed interface FlowInput {

    /** A batch from ingest, with the id that identifies it within its session. */
    record BatchReceived(UUID batchId, Keystrokes batch) implements FlowInput {}

    /**
     * The decrypted and validated content of a batch.
     *
     * @param startedAtMs event time of the batch
     * @param receivedAtMs by the clock of ingest
     * @param sealed the payload as received; what was typed is stored in no other form
     */
    record Keystrokes(
            UUID sessionId,
            long sequence,
            long startedAtMs,
            long receivedAtMs,
            KeystrokePayload payload,
            Sealed sealed) {}

    /** A payload, encrypted with its user's key. */
    record Sealed(ByteBuffer payload, int payloadVersion, int keystrokes) {}

    /** A change of a session by its user. */
    record SessionChanged(SessionEvent event) implements FlowInput {}

    /** A flow rating of the user, or its reset. */
    record FeedbackGiven(FlowFeedback event) implements FlowInput {}

    /** A change of the user's account. */
    record AccountChanged(AccountEvent event) implements FlowInput {}
}
