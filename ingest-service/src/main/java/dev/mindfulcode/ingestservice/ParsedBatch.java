package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.util.UUID;

/**
 * A valid batch of keystrokes or report of features as a client sent it.
 *
 * @param index in the upload, zero-based
 * @param batchId of the batch or report
 * @param sequence counted over the session's batches and reports together
 * @param startedAtMs by the client's clock, epoch milliseconds
 * @param spanMs from the start to the last event, 0 to {@link UploadLimits#BATCH_SPAN_MS_MAX}
 */
record ParsedBatch(
        int index, UUID batchId, UUID sessionId, long sequence, long startedAtMs, long spanMs, Content content) {

    /** The content to encrypt: never stored or logged in clear. */
    sealed interface Content {
        int keystrokes();

        boolean isAllowedAt(CollectionLevel level);

        /** Returns what it is, as problems name it. */
        String kind();
    }

    record Keystrokes(KeystrokePayload payload) implements Content {

        @Override
        public int keystrokes() {
            return payload.keystrokes();
        }

        @Override
        public boolean isAllowedAt(CollectionLevel level) {
            return level.allowsKeystrokes();
        }

        @Override
        public String kind() {
            return "keystrokes";
        }
    }

    /** @param report without the times of the server, which are set when it is stored */
    record Features(FlowFeatures report) implements Content {

        @Override
        public int keystrokes() {
            return report.getKeystrokes();
        }

        @Override
        public boolean isAllowedAt(CollectionLevel level) {
            return level.allowsFeatures();
        }

        @Override
        public String kind() {
            return "features";
        }
    }

    int keystrokes() {
        return content.keystrokes();
    }

    long endedAtMs() {
        return startedAtMs + spanMs;
    }
}
