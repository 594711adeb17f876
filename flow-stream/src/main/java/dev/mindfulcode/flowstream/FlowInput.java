package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEvent;
import java.util.UUID;

/** An input about one user, in the order of its partition. */
sealed interface FlowInput {

    /** A batch or a report from ingest, with the id that identifies it within its session. */
    record BatchReceived(UUID batchId, Activity batch) implements FlowInput {}

    /** Activity of a session as its client sent it: keystrokes, or a report of features. */
    sealed interface Activity {
        UUID sessionId();

        /** Returns the position in the session; batches and reports are counted together. */
        long sequence();

        /** Returns the event time of its start. */
        long startedAtMs();

        /** Returns the event time of its last event. */
        long endedAtMs();

        /** Returns the time of receipt by the clock of ingest. */
        long receivedAtMs();

        /** Returns whether its user brought it from another account, where it was received then. */
        boolean isImported();

        /** Returns the time of receipt that decides in which team windows it counts; imported activity is too late. */
        default long receivedForTeamsAtMs() {
            return isImported() ? Long.MAX_VALUE : receivedAtMs();
        }
    }

    /** The decrypted and validated content of a batch. */
    record Keystrokes(
            UUID sessionId,
            long sequence,
            long startedAtMs,
            long receivedAtMs,
            boolean isImported,
            KeystrokePayload payload)
            implements Activity {

        @Override
        public long endedAtMs() {
            return startedAtMs + payload.lastEventMs();
        }
    }

    /** The decrypted and validated content of a report of features. */
    record Features(UUID sessionId, long sequence, long receivedAtMs, boolean isImported, FeatureReport report)
            implements Activity {

        @Override
        public long startedAtMs() {
            return report.startedAtMs();
        }

        @Override
        public long endedAtMs() {
            return report.endedAtMs();
        }
    }

    /** A change of a session by its user. */
    record SessionChanged(SessionEvent event) implements FlowInput {}

    /** A flow rating of the user, or its reset. */
    record FeedbackGiven(FlowFeedback event) implements FlowInput {}

    /** The user was erased. */
    record Erased() implements FlowInput {}

    /** A change of the user's account. */
    record AccountChanged(AccountEvent event) implements FlowInput {}
}
