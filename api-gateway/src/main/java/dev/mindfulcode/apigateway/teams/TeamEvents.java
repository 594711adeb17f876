package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.identity.teams.Membership;
import dev.mindfulcode.identity.teams.Role;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Publishes changes of memberships to the topic {@code accounts}, by way of the outbox: in the transaction that makes
 * the change, with the rows of team and user locked.
 */
final class TeamEvents {

    private final EventPublisher publisher;
    private final Outbox outbox;

    TeamEvents(EventPublisher publisher, Outbox outbox) {
        this.publisher = publisher;
        this.outbox = outbox;
    }

    Mono<Void> joined(Membership membership) {
        return publish(membership, AccountEventKind.JOINED_TEAM, membership.joinedAt(), null, isViewer(membership));
    }

    Mono<Void> roleChanged(Membership membership) {
        return publish(membership, AccountEventKind.ROLE_CHANGED, membership.changedAt(), null, isViewer(membership));
    }

    Mono<Void> consentChanged(Membership membership) {
        return publish(
                membership, AccountEventKind.CONSENT_CHANGED, membership.changedAt(), membership.consent(), null);
    }

    Mono<Void> left(Membership membership, Instant now) {
        return publish(membership, AccountEventKind.LEFT_TEAM, now, null, null);
    }

    /** Wakes the outbox relay after a transaction with events has committed. */
    void committed() {
        outbox.wakeRelay();
    }

    private static boolean isViewer(Membership membership) {
        return membership.role() == Role.VIEWER;
    }

    private Mono<Void> publish(
            Membership membership,
            AccountEventKind kind,
            Instant at,
            @Nullable Boolean consent,
            @Nullable Boolean viewer) {
        AccountEvent event = AccountEvent.newBuilder()
                .setKind(kind)
                .setAt(at)
                .setTeamId(membership.teamId())
                .setTeamConsent(consent)
                .setTeamViewer(viewer)
                .build();
        return publisher
                .seal(Topics.ACCOUNTS, membership.userId(), event)
                .flatMap(value -> outbox.add(Topics.ACCOUNTS.name(), membership.userId(), value));
    }
}
