package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.accounts.EmailAddress;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.teams.Invitation;
import dev.mindfulcode.identity.teams.InvitationTable;
import dev.mindfulcode.identity.teams.ReceivedInvitation;
import dev.mindfulcode.identity.teams.Role;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Invitations into teams. A membership begins when the invited person accepts, signed in, with the code that the
 * inviter passed on to them.
 *
 * <p>Addresses are not verified, so an account with the invited address is not proof of being the invited person:
 * without the code it sees that there is an invitation, and can decline it, but it sees nothing of the team. Inviting
 * does not look for accounts, so the response and its time do not depend on whether the address has one.
 *
 * <p>A change locks the team's row first, then a user's.
 */
public final class Invitations {

    /** An open invitation can be accepted, and a declined one prevents another to the address, for this long. */
    static final Duration VALIDITY = Duration.ofDays(14);

    /** Open and declined invitations of a team. */
    static final int INVITATIONS_A_TEAM_MAX = 200;

    /** Open and declined invitations by one person, over all teams. */
    static final int INVITATIONS_AN_INVITER_MAX = 200;

    /** Open invitations of one address; declining makes room. */
    static final int INVITATIONS_AN_ADDRESS_MAX = 20;

    /** Open and declined invitations of one address by one person, so that one person cannot use up its limit. */
    static final int INVITATIONS_AN_ADDRESS_AND_INVITER_MAX = 2;

    private final Database database;
    private final InvitationTable table;
    private final AccountTable accounts;
    private final Teams teams;
    private final TeamEvents events;
    private final SecureRandom random;
    private final Clock clock;

    Invitations(
            Database database,
            InvitationTable table,
            Teams teams,
            TeamEvents events,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.table = table;
        this.accounts = new AccountTable(database);
        this.teams = teams;
        this.events = events;
        this.random = random;
        this.clock = clock;
    }

    /** Creates an invitation and emits it with its code, which is not shown again. */
    Mono<Invitation> invite(UUID callerId, UUID teamId, EmailAddress email, Role role) {
        Instant now = now();
        InvitationCode code = InvitationCode.generate(random);
        Invitation created = new Invitation(
                Uuids.version7(now.toEpochMilli(), random),
                email.normalised(),
                role.text(),
                Invitation.PENDING,
                now,
                now.plus(VALIDITY),
                code.text());
        return database.inTransaction(teams.lock(teamId, callerId)
                .doOnNext(caller -> Teams.requireAllowed(caller.role().mayAdd(role)))
                .then(Mono.defer(() -> accounts.lockForChange(callerId)))
                .then(Mono.defer(() -> table.lockAddress(created.email())))
                .then(Mono.defer(() -> table.deleteExpired(now)))
                .then(Mono.defer(() -> requireNoMember(teamId, created.email())))
                .then(Mono.defer(() -> requireNotInvited(teamId, created.email())))
                .then(Mono.defer(() -> requireRoom(teamId, callerId, created.email())))
                .then(Mono.defer(() -> table.insert(teamId, callerId, created, code.hash())))
                .thenReturn(created));
    }

    /** Emits the open and declined invitations of a team, by creation time, to its owners and admins. */
    Mono<List<Invitation>> ofTeam(UUID callerId, UUID teamId) {
        return teams.membership(teamId, callerId)
                .doOnNext(caller -> Teams.requireAllowed(caller.role().administers()))
                .then(Mono.defer(() -> ofTeams(callerId, List.of(teamId))))
                .map(found -> found.getOrDefault(teamId, List.of()));
    }

    /** Emits the open and declined invitations of those of the teams that the caller leads. */
    public Mono<Map<UUID, List<Invitation>>> ofTeams(UUID callerId, Collection<UUID> teamIds) {
        return table.ofTeams(callerId, teamIds, now());
    }

    /** Withdraws an open invitation. A declined one stays until it expires, so that the team cannot ask at once. */
    Mono<Void> withdraw(UUID callerId, UUID teamId, UUID invitationId) {
        return database.inTransaction(teams.lock(teamId, callerId)
                .doOnNext(caller -> Teams.requireAllowed(caller.role().administers()))
                .flatMap(caller -> table.roleOfOpen(teamId, invitationId, now())
                        .switchIfEmpty(Mono.error(Invitations::noSuchInvitation))
                        .doOnNext(role -> Teams.requireAllowed(caller.role().mayAdd(role))))
                .then(Mono.defer(() -> table.delete(invitationId))));
    }

    /** Emits the open invitations to the address of a user's account, by creation time. */
    public Mono<List<ReceivedInvitation>> receivedBy(UUID userId) {
        return table.receivedBy(userId, now(), INVITATIONS_AN_ADDRESS_MAX);
    }

    /** Makes the caller a member of the team whose invitation to their address has the code, and emits the team. */
    Mono<Team> accept(UUID userId, String code) {
        Instant now = now();
        InvitationCode sent = new InvitationCode(code);
        return database.inTransaction(table.lockTeam(sent.hash())
                        .then(Mono.defer(() -> table.redeem(userId, sent.hash(), now)))
                        .switchIfEmpty(Mono.error(Invitations::noSuchInvitation))
                        .flatMap(membership -> teams.join(membership).thenReturn(membership.teamId())))
                .doOnSuccess(joined -> events.committed())
                .flatMap(teamId -> teams.find(userId, teamId));
    }

    /** Declines an open invitation to the caller's address. */
    Mono<Void> decline(UUID userId, UUID invitationId) {
        return table.decline(userId, invitationId, now())
                .filter(existed -> existed)
                .switchIfEmpty(Mono.error(Invitations::noSuchInvitation))
                .then();
    }

    /** Reveals nothing that the caller does not see in the list of members. */
    private Mono<Void> requireNoMember(UUID teamId, String email) {
        return table.isMember(teamId, email)
                .filter(isMember -> isMember)
                .flatMap(isMember -> Mono.error(() ->
                        ProblemType.MEMBER_EXISTS.forField("email", "Already a member; change their role instead.")));
    }

    private Mono<Void> requireNotInvited(UUID teamId, String email) {
        return table.existing(teamId, email)
                .map(existing -> existing.declined()
                        ? "The invitation was declined; the address can be invited again after " + existing.expiresAt()
                                + "."
                        : "Already invited; withdraw the open invitation to make another.")
                .flatMap(detail -> Mono.error(() -> ProblemType.INVITATION_EXISTS.forField("email", detail)));
    }

    private Mono<Void> requireRoom(UUID teamId, UUID callerId, String email) {
        return table.count(teamId, callerId, email)
                .doOnNext(counts -> {
                    requireFewer(counts.ofTeam(), INVITATIONS_A_TEAM_MAX, "A team has at most %d invitations.");
                    requireFewer(
                            counts.ofInviter(), INVITATIONS_AN_INVITER_MAX, "One person has at most %d invitations.");
                    requireFewer(
                            counts.ofAddress(), INVITATIONS_AN_ADDRESS_MAX, "An address has at most %d invitations.");
                    requireFewer(
                            counts.ofAddressAndInviter(),
                            INVITATIONS_AN_ADDRESS_AND_INVITER_MAX,
                            "An address has at most %d invitations by one person.");
                })
                .then();
    }

    private static void requireFewer(long count, int max, String detail) {
        if (count >= max) {
            throw ProblemType.LIMIT_REACHED.withDetail(detail.formatted(max));
        }
    }

    private static ProblemException noSuchInvitation() {
        return ProblemType.NOT_FOUND.withDetail("There is no such open invitation to your address.");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
