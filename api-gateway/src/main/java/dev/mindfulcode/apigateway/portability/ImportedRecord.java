package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import org.jspecify.annotations.Nullable;

/** A record of an exported log, validated, with the session ids of the account that imports it. */
sealed interface ImportedRecord {

    /** Returns the table that it was exported in. */
    Topic<?> topic();

    /** @param details null without any */
    record Session(SessionEvent event, @Nullable SessionDetails details) implements ImportedRecord {
        @Override
        public Topic<SessionEvent> topic() {
            return Topics.SESSIONS;
        }
    }

    record Batch(KeystrokeBatch batch) implements ImportedRecord {
        @Override
        public Topic<KeystrokeBatch> topic() {
            return Topics.KEYSTROKES;
        }
    }

    record Report(FlowFeatures report) implements ImportedRecord {
        @Override
        public Topic<FlowFeatures> topic() {
            return Topics.FLOW_FEATURES;
        }
    }

    record Rating(FlowFeedback rating) implements ImportedRecord {
        @Override
        public Topic<FlowFeedback> topic() {
            return Topics.FLOW_FEEDBACK;
        }
    }

    /** A change of the sensitivity. */
    record Sensitivity(AccountEvent event, double value) implements ImportedRecord {
        @Override
        public Topic<AccountEvent> topic() {
            return Topics.ACCOUNTS;
        }
    }

    /** A record that means nothing in another account, such as a membership. */
    record Ignored(Topic<?> topic) implements ImportedRecord {}
}
