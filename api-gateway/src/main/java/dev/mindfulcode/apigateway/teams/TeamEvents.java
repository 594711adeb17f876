package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.time.Instant;
import reactor.core.publisher.Mono;

/**
 * What the log is told of teams, by way of the outbox: each membership as it is now on {@code team-members}, and to
 * each person's {@code accounts} what happened to theirs. In the transaction that decides it, with the team's and the
 * person's row locked.
 */
final class TeamEvents {

    private final EventPublisher log;
    private final Outbox outbox;

    TeamEvents(EventPublisher log, Outbox outbox) {
        this.log = log;
        this.outbox = outbox;
    }

    Mono<Void> joined(Membership membership) {
        return is(membership).then(happened(membership, AccountEventKind.JOINED_TEAM, membership.joinedAt()));
    }

    Mono<Void> roleChanged(Membership membership) {
        return is(membership).then(happened(membership, AccountEventKind.ROLE_CHANGED, membership.changedAt()));
    }

    Mono<Void> consentChanged(Membership membership) {
        return is(membership).then(happened(membership, AccountEventKind.CONSENT_CHANGED, membership.changedAt()));
    }

    Mono<Void> left(Membership membership, Instant now) {
        return outbox.addTombstone(Topics.TEAM_MEMBERS.name(), membership.key())
                .then(happened(membership, AccountEventKind.LEFT_TEAM, now));
    }

    /** Says that a transaction with events has committed. */
    void committed() {
        outbox.wakeRelay();
    }

    private Mono<Void> is(Membership membership) {
        return log.encode(Topics.TEAM_MEMBERS, membership.event())
                .flatMap(value -> outbox.add(Topics.TEAM_MEMBERS.name(), membership.key(), value));
    }

    private Mono<Void> happened(Membership membership, AccountEventKind kind, Instant at) {
        AccountEvent event = AccountEvent.newBuilder()
                .setKind(kind)
                .setAt(at)
                .setTeamId(membership.teamId())
                .setTeamConsent(kind == AccountEventKind.CONSENT_CHANGED ? membership.consent() : null)
                .setTeamViewer(
                        kind == AccountEventKind.JOINED_TEAM || kind == AccountEventKind.ROLE_CHANGED
                                ? membership.role() == Role.VIEWER
                                : null)
                .build();
        return log.encode(Topics.ACCOUNTS, event)
                .flatMap(value -> outbox.add(Topics.ACCOUNTS.name(), membership.userId(), value));
    }
}
