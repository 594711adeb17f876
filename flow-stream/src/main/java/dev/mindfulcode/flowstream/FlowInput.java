package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import java.nio.ByteBuffer;
import java.util.UUID;

/** What the session tracker is told about one user, in the order in which it happened as far as Kafka knows. */
sealed interface FlowInput {

    /** A batch as it comes from ingest, with the id that tells it from others of its session. */
    record BatchReceived(UUID batchId, Keystrokes batch) implements FlowInput {}

    /**
     * What a batch holds, decrypted and checked: its times are such as ingest lets through.
     *
     * @param startedAtMs event time of the batch
     * @param receivedAtMs ingest's clock
     * @param sealed the payload as it came: nothing that was typed is kept in another form
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

    /** What the user did to a session. */
    record SessionChanged(SessionEvent event) implements FlowInput {}

    /** What the user said about their own flow. */
    record FeedbackGiven(FlowFeedback event) implements FlowInput {}

    /** What happened to the user's account. */
    record AccountChanged(AccountEvent event) implements FlowInput {}
}
