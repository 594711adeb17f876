package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.personal.PersonalLayer;
import dev.mindfulcode.flowengine.team.MembershipHistory.Change;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeedback;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/** Applies account events (sensitivity, team membership, erasure) and flow ratings. Not thread-safe. */
final class UserEventHandler {

    private final SessionStore sessions;
    private final SessionTimers timers;
    private final UserStateStore users;
    private final PersonalLayerStore personal;
    private final ReorderBuffer reorderBuffer;
    private final BatchIds batchIds;
    private final MinuteStore minutes;
    private final TeamContributionPublisher contributions;
    private final StreamMeters meters;

    UserEventHandler(
            SessionStore sessions,
            SessionTimers timers,
            UserStateStore users,
            PersonalLayerStore personal,
            ReorderBuffer reorderBuffer,
            BatchIds batchIds,
            MinuteStore minutes,
            TeamContributionPublisher contributions,
            StreamMeters meters) {
        this.sessions = sessions;
        this.timers = timers;
        this.users = users;
        this.personal = personal;
        this.reorderBuffer = reorderBuffer;
        this.batchIds = batchIds;
        this.minutes = minutes;
        this.contributions = contributions;
        this.meters = meters;
    }

    /** @param receivedAtMs the clock of receipt */
    void apply(UUID userId, AccountEvent event, long receivedAtMs) {
        switch (event.getKind()) {
            case SETTINGS_CHANGED -> {
                Float sensitivity = event.getSensitivity();
                if (sensitivity != null) {
                    setSensitivity(userId, sensitivity);
                }
            }
            case ERASED -> erase(userId, receivedAtMs);
            case JOINED_TEAM, LEFT_TEAM, CONSENT_CHANGED, ROLE_CHANGED -> {
                UUID teamId = event.getTeamId();
                if (teamId == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                if (!users.isErased(userId)) {
                    contributions.membershipChanged(
                            userId, teamId, event.getAt().toEpochMilli(), changeOf(event));
                }
            }
            case REGISTERED, UNKNOWN -> {
                // Does not matter to the stream.
            }
        }
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
            case REGISTERED, SETTINGS_CHANGED, ERASED, UNKNOWN ->
                throw new IllegalArgumentException("Account event changes no membership: " + event.getKind());
        };
    }

    void apply(UUID userId, FlowFeedback event) {
        if (users.isErased(userId)) {
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
                boolean interrupted = Boolean.TRUE.equals(event.getInterrupted());
                boolean learned = personal.learn(userId, event.getAt().toEpochMilli(), flow, interrupted);
                (learned ? meters.labelsLearned : meters.labelsWithoutReading).increment();
            }
            case RESET -> personal.reset(userId);
            case UNKNOWN -> {
                // A kind of a newer release.
            }
        }
    }

    private void setSensitivity(UUID userId, float sensitivity) {
        if (!(sensitivity >= 0 && sensitivity <= 1)) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        users.setSensitivity(userId, sensitivity);
        for (Bytes key : timers.openSessions(userId)) {
            if (sessions.load(key)) {
                sessions.current().engine().setSensitivity(sensitivity);
                sessions.save(key);
            }
        }
    }

    private void erase(UUID userId, long receivedAtMs) {
        sessions.delete(userId);
        reorderBuffer.delete(userId);
        batchIds.delete(userId);
        contributions.delete(userId, receivedAtMs);
        minutes.delete(userId);
        personal.delete(userId);
        users.erase(userId);
    }
}
