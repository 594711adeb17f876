package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.personal.PersonalLayer;
import dev.mindfulcode.flowengine.team.MembershipHistory.Change;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.FlowFeedback;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * Applies account events (sensitivity, collection level, team membership, erasure) and flow ratings. Not thread-safe.
 */
record UserEventHandler(UserStores stores, StreamMeters meters) {

    /** @param receivedAtMs the clock of receipt */
    void apply(UUID userId, AccountEvent event, long receivedAtMs) {
        switch (event.getKind()) {
            case SETTINGS_CHANGED -> {
                Float sensitivity = event.getSensitivity();
                if (sensitivity != null && !stores.users().isErased(userId)) {
                    setSensitivity(userId, sensitivity);
                }
            }
            case JOINED_TEAM, LEFT_TEAM, CONSENT_CHANGED, ROLE_CHANGED -> {
                UUID teamId = event.getTeamId();
                if (teamId == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                if (!stores.users().isErased(userId)) {
                    stores.contributions()
                            .membershipChanged(
                                    userId, teamId, event.getAt().toEpochMilli(), changeOf(event), receivedAtMs);
                }
            }
            case COLLECTION_CHANGED -> {
                if (!stores.users().isErased(userId)) {
                    stores.users().setLevel(userId, event.getAt().toEpochMilli(), levelOf(event));
                }
            }
            case REGISTERED, UNKNOWN -> {
                // Does not matter to the stream.
            }
        }
    }

    /** Returns the level; one of a newer release collects nothing. */
    private static CollectionLevel levelOf(AccountEvent event) {
        return CollectionLevel.parse(event.getCollectionLevel()).orElse(CollectionLevel.LOCAL);
    }

    private static Change changeOf(AccountEvent event) {
        boolean viewer = Boolean.TRUE.equals(event.getTeamViewer());
        return switch (event.getKind()) {
            case JOINED_TEAM -> viewer ? Change.JOINED_AS_VIEWER : Change.JOINED;
            case ROLE_CHANGED -> viewer ? Change.MADE_VIEWER : Change.MADE_MEMBER;
            case CONSENT_CHANGED -> {
                Boolean consent = event.getTeamConsent();
                if (consent == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                yield consent ? Change.CONSENTED : Change.WITHDREW;
            }
            case LEFT_TEAM -> Change.LEFT;
            case REGISTERED, SETTINGS_CHANGED, COLLECTION_CHANGED, UNKNOWN ->
                throw new IllegalArgumentException("Account event changes no membership: " + event.getKind());
        };
    }

    void apply(UUID userId, FlowFeedback event) {
        if (stores.users().isErased(userId)) {
            meters.feedbackOfErased.increment();
            return;
        }
        switch (event.getKind()) {
            case LABELLED -> {
                Integer flow = event.getFlow();
                if (flow == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                if (flow < PersonalLayer.FLOW_MIN || flow > PersonalLayer.FLOW_MAX) {
                    throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
                }
                double weight =
                        PersonalLayer.weight(Boolean.TRUE.equals(event.getInterrupted()), event.getProbability());
                boolean learned = stores.personal().learn(userId, event.getAt().toEpochMilli(), flow, weight);
                (learned ? meters.labelsLearned : meters.labelsWithoutReading).increment();
            }
            case RESET -> stores.personal().reset(userId);
            case UNKNOWN -> {
                // A kind of a newer release.
            }
        }
    }

    private void setSensitivity(UUID userId, float sensitivity) {
        if (!(sensitivity >= 0 && sensitivity <= 1)) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        stores.users().setSensitivity(userId, sensitivity);
        for (Bytes key : stores.timers().openSessions(userId)) {
            if (stores.sessions().load(key)) {
                stores.sessions().current().engine().setSensitivity(sensitivity);
                stores.sessions().save(key);
            }
        }
    }
}
