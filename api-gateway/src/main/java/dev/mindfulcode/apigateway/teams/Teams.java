package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.collection.SettingsChange;
import dev.mindfulcode.apigateway.collection.SettingsChange.Actor;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.UserCiphers;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.teams.InvitationTable;
import dev.mindfulcode.identity.teams.Member;
import dev.mindfulcode.identity.teams.Membership;
import dev.mindfulcode.identity.teams.Plan;
import dev.mindfulcode.identity.teams.Role;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.identity.teams.TeamTable;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Teams and their members. For a user who is not a member, a team does not exist.
 *
 * <p>A change of members locks the team's row and then the user's: the first for the rules of a whole team (an owner, a
 * number of members), the second so that a user's events are in order. Reads use the same tables, so a client reads
 * its own writes without a token.
 */
public final class Teams {

    static final int MEMBERS_MAX = 200;
    public static final int TEAMS_A_USER_MAX = 50;

    private final Database database;
    private final TeamTable table;
    private final InvitationTable invitations;
    private final UserCiphers ciphers;
    private final AccountTable accounts;
    private final TeamEvents events;
    private final SettingsHistory history;
    private final SecureRandom random;
    private final Clock clock;

    Teams(
            Database database,
            InvitationTable invitations,
            UserCiphers ciphers,
            TeamEvents events,
            SettingsHistory history,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.table = new TeamTable(database);
        this.invitations = invitations;
        this.ciphers = ciphers;
        this.accounts = new AccountTable(database);
        this.events = events;
        this.history = history;
        this.random = random;
        this.clock = clock;
    }

    /** Creates a team with the user as its owner. */
    Mono<Team> create(UUID userId, String name) {
        Instant now = now();
        UUID teamId = Uuids.version7(now.toEpochMilli(), random);
        Membership owner = new Membership(teamId, userId, Role.OWNER, false, now, now, Plan.FREE);
        return committing(lockUser(userId)
                        .then(Mono.defer(() -> requireRoomForTeam(userId)))
                        .then(Mono.defer(() -> table.insertTeam(teamId, name, now)))
                        .then(Mono.defer(() -> table.insert(owner)))
                        .then(Mono.defer(() -> events.joined(owner)))
                        .thenReturn(true))
                .map(done ->
                        new Team(teamId, name, Plan.FREE.text(), owner.role().text(), false, 1, now));
    }

    /** Emits the teams of a user, ordered by creation time. */
    public Mono<List<Team>> ofUser(UUID userId) {
        return table.ofUser(userId);
    }

    public Mono<Team> find(UUID callerId, UUID teamId) {
        return table.find(callerId, teamId).switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Emits the membership of a user; fails with 404 if the user is not a member. */
    Mono<Membership> membership(UUID teamId, UUID userId) {
        return table.membership(teamId, userId).switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Completes if the caller is a member of a team on the premium plan; fails with 404 or 403 otherwise. */
    Mono<Void> requireMemberOnPremium(UUID callerId, UUID teamId) {
        return membership(teamId, callerId).doOnNext(Teams::requirePremium).then();
    }

    /**
     * Completes if the caller leads the team, as owner or admin, and the team is on the premium plan; fails with 404 or
     * 403 otherwise.
     */
    public Mono<Void> requireLeadOnPremium(UUID callerId, UUID teamId) {
        return membership(teamId, callerId).doOnNext(Teams::requireLead).then();
    }

    /** As {@link #requireLeadOnPremium}, and locks the team, so that rows counted by team can be inserted. */
    public Mono<Void> lockLedOnPremium(UUID callerId, UUID teamId) {
        return lock(teamId, callerId).doOnNext(Teams::requireLead).then();
    }

    /** Emits the teams on the premium plan that a user leads. */
    public Mono<List<UUID>> ledOnPremium(UUID userId) {
        return table.ledOnPremium(userId);
    }

    /** Emits the owners and admins of a team; emits nothing unless the team is on the premium plan. */
    public Flux<UUID> leadsOnPremium(UUID teamId) {
        return table.leadsOnPremium(teamId);
    }

    private static void requireLead(Membership caller) {
        requireAllowed(caller.role().administers());
        requirePremium(caller);
    }

    static void requirePremium(Membership member) {
        if (member.plan() != Plan.PREMIUM) {
            throw ProblemType.PLAN_NEEDED.withDetail("This needs the team's plan to be premium.");
        }
    }

    /**
     * Emits a team's members, ordered by join time. Owners and admins see all addresses, others their own. Only the
     * member sees whether they consent.
     */
    Mono<List<Member>> members(UUID callerId, UUID teamId) {
        return membersOf(callerId, List.of(teamId))
                .mapNotNull(members -> members.get(teamId))
                .switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Emits the members of those of the teams that the caller is a member of. */
    public Mono<Map<UUID, List<Member>>> membersOf(UUID callerId, Collection<UUID> teamIds) {
        return table.members(callerId, teamIds, ciphers);
    }

    /** Adds a member, without consent, to a team that is locked. */
    Mono<Void> join(Membership joining) {
        return lockUser(joining.userId())
                .then(Mono.defer(() -> table.membership(joining.teamId(), joining.userId())))
                .flatMap(existing ->
                        Mono.error(() -> ProblemType.MEMBER_EXISTS.withDetail("Already a member of the team.")))
                .then(Mono.defer(() -> requireRoomForMember(joining.teamId())))
                .then(Mono.defer(() -> requireRoomForTeam(joining.userId())))
                .then(Mono.defer(() -> table.insert(joining)))
                .then(Mono.defer(() -> events.joined(joining)));
    }

    Mono<Member> changeRole(UUID callerId, UUID teamId, UUID userId, Role next) {
        return committing(lock(teamId, callerId)
                        .flatMap(caller -> target(caller, userId)
                                .doOnNext(member -> requireAllowed(
                                        caller.role().mayChange(member.role(), next, callerId.equals(userId))))
                                .flatMap(member -> member.role() == next ? Mono.empty() : changeLocked(member, next))
                                .thenReturn(caller)))
                .flatMap(caller -> member(caller, userId));
    }

    private Mono<Void> changeLocked(Membership member, Role next) {
        Membership changed = member.withRole(next, now());
        return accounts.lockForChange(member.userId())
                .then(Mono.defer(() -> requireOtherOwner(member)))
                .then(Mono.defer(() -> table.update(changed)))
                .then(Mono.defer(() -> invitations.deletePendingBy(member)))
                .then(Mono.defer(() -> events.roleChanged(changed)));
    }

    /** Removes a member; a caller who names themselves leaves the team. */
    Mono<Void> remove(UUID callerId, UUID teamId, UUID userId) {
        return committing(lock(teamId, callerId)
                .flatMap(caller -> target(caller, userId)
                        .doOnNext(member ->
                                requireAllowed(caller.role().mayRemove(member.role(), callerId.equals(userId)))))
                .flatMap(member -> accounts.lockForChange(userId)
                        .then(Mono.defer(() -> requireOtherOwner(member)))
                        .then(Mono.defer(() -> table.delete(member)))
                        .then(Mono.defer(() -> invitations.deletePendingBy(member)))
                        .then(Mono.defer(() -> events.left(member, now())))
                        .then(Mono.defer(() ->
                                recordDeparture(member, callerId.equals(userId) ? Actor.USER : Actor.TEAM_LEAD)))));
    }

    private Mono<Void> recordDeparture(Membership member, Actor by) {
        return member.consent() ? recordConsent(member.withConsent(false, now()), by) : Mono.empty();
    }

    /**
     * Ends the membership of an erased user in a team. The successor of a last owner becomes owner; a team without
     * other members is deleted. No event says that the user left: their erasure does.
     *
     * @param beforeDeletion completes when what else belongs to the team is deleted, in the same transaction
     */
    public Mono<Void> removeErased(UUID userId, UUID teamId, Function<UUID, Mono<Void>> beforeDeletion) {
        return committing(table.lock(teamId, userId)
                        .flatMap(member -> table.successor(member)
                                .map(Optional::of)
                                .defaultIfEmpty(Optional.empty())
                                .flatMap(successor -> successor
                                        .map(next -> leaveTo(member, next))
                                        .orElseGet(() -> beforeDeletion
                                                .apply(teamId)
                                                .then(Mono.defer(() -> table.deleteTeam(teamId))))))
                        .thenReturn(true))
                .then();
    }

    private Mono<Void> leaveTo(Membership member, Membership next) {
        Membership owner = next.withRole(Role.OWNER, now());
        Mono<Void> handover = member.role() != Role.OWNER || next.role() == Role.OWNER
                ? Mono.empty()
                : accounts.lockForChange(next.userId())
                        .then(Mono.defer(() -> table.update(owner)))
                        .then(Mono.defer(() -> events.roleChanged(owner)));
        return handover.then(Mono.defer(() -> table.delete(member)));
    }

    /** Sets whether the caller's typing counts in the team's statistics. */
    Mono<Member> setConsent(UUID callerId, UUID teamId, boolean given) {
        return committing(lock(teamId, callerId)
                        .flatMap(member -> setConsentLocked(member, given).thenReturn(member)))
                .flatMap(member -> member(member, callerId));
    }

    /**
     * Sets the caller's consent in several teams, in the caller's transaction. Locks the teams in the order of their
     * ids, before the caller locks a user.
     */
    public Mono<Void> setConsents(UUID callerId, SortedMap<UUID, Boolean> consents) {
        return Flux.fromIterable(consents.entrySet())
                .concatMap(consent -> lock(consent.getKey(), callerId))
                .collectList()
                .flatMapIterable(Function.identity())
                .concatMap(member -> setConsentLocked(member, Boolean.TRUE.equals(consents.get(member.teamId()))))
                .then();
    }

    /** Publishes the events of a transaction of {@link #setConsents} that has committed. */
    public void committed() {
        events.committed();
    }

    private Mono<Void> setConsentLocked(Membership member, boolean given) {
        if (member.consent() == given) {
            return Mono.empty();
        }
        Membership changed = member.withConsent(given, now());
        return accounts.lockForChange(member.userId())
                .then(Mono.defer(() -> table.update(changed)))
                .then(Mono.defer(() -> events.consentChanged(changed)))
                .then(Mono.defer(() -> recordConsent(changed, Actor.USER)));
    }

    private Mono<Void> recordConsent(Membership changed, Actor by) {
        return history.add(
                changed.userId(),
                List.of(SettingsChange.teamSharing(by, changed.teamId(), changed.consent())),
                changed.changedAt());
    }

    private Mono<Member> member(Membership caller, UUID userId) {
        return members(caller.userId(), caller.teamId())
                .flatMapIterable(Function.identity())
                .filter(member -> member.userId().equals(userId))
                .next()
                .switchIfEmpty(Mono.error(Teams::noSuchMember));
    }

    /** Locks a team and emits the caller's membership; fails with 404 if the user is not a member. */
    Mono<Membership> lock(UUID teamId, UUID callerId) {
        return table.lock(teamId, callerId).switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    private Mono<Membership> target(Membership caller, UUID userId) {
        return caller.userId().equals(userId)
                ? Mono.just(caller)
                : table.membership(caller.teamId(), userId).switchIfEmpty(Mono.error(Teams::noSuchMember));
    }

    private Mono<UUID> lockUser(UUID userId) {
        return accounts.lockForChange(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")));
    }

    private Mono<Void> requireRoomForTeam(UUID userId) {
        return requireFewer(
                table.countTeams(userId),
                TEAMS_A_USER_MAX,
                "A user is a member of at most " + TEAMS_A_USER_MAX + " teams.");
    }

    private Mono<Void> requireRoomForMember(UUID teamId) {
        return requireFewer(table.countMembers(teamId), MEMBERS_MAX, "A team has at most " + MEMBERS_MAX + " members.");
    }

    private static Mono<Void> requireFewer(Mono<Long> count, int max, String detail) {
        return count.filter(n -> n >= max).flatMap(n -> Mono.error(() -> ProblemType.LIMIT_REACHED.withDetail(detail)));
    }

    /** Fails if the member is the last owner of the team, which is locked. */
    private Mono<Void> requireOtherOwner(Membership member) {
        return member.role() != Role.OWNER
                ? Mono.empty()
                : table.hasOtherOwner(member)
                        .filter(hasOther -> !hasOther)
                        .flatMap(none -> Mono.error(() -> ProblemType.LAST_OWNER.withDetail(
                                "A team has at least one owner. Make another member an owner first.")));
    }

    private <T> Mono<T> committing(Mono<T> work) {
        return database.inTransaction(work).doOnSuccess(done -> events.committed());
    }

    static void requireAllowed(boolean allowed) {
        if (!allowed) {
            throw ProblemType.FORBIDDEN.withDetail("Your role in the team does not allow this.");
        }
    }

    private static ProblemException noSuchTeam() {
        return ProblemType.NOT_FOUND.withDetail("There is no such team.");
    }

    private static ProblemException noSuchMember() {
        return ProblemType.NOT_FOUND.withDetail("The team has no such member.");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
