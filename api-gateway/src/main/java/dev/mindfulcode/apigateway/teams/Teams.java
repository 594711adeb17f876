package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Teams and their members. To whoever does not belong to a team there is none.
 *
 * <p>Whatever changes members locks the team's row and then the person's: the first for what holds of a team as a whole
 * (an owner, a number of members), the second so that a person's events come in order. Reads are of the same tables:
 * what was written is read back at once, without a token.
 */
public final class Teams {

    static final int MEMBERS_MAX = 200;
    static final int TEAMS_A_USER_MAX = 50;

    private static final String SELECT_MEMBERSHIP = """
            select team_id, user_id, role, consent, joined_at, changed_at, plan
            from identity.team_members join identity.teams using (team_id)
            where team_id = :team and user_id = :user""";
    private static final String SELECT_TEAM = """
            select team_id, name, plan, created_at, role, consent,
                   (select count(*) from identity.team_members a where a.team_id = t.team_id) as members
            from identity.teams t join identity.team_members m using (team_id) where m.user_id = :user""";

    private static final String SELECT_MEMBERS = """
            select team_id, a.user_id, email, a.role, a.consent, a.joined_at, mine.role as callers_role
            from identity.team_members mine join identity.team_members a using (team_id) join identity.users u on u.user_id = a.user_id
            where mine.user_id = :user and team_id = any(:teams) order by a.joined_at, a.user_id""";

    private final Database database;
    private final TeamEvents events;
    private final SecureRandom random;
    private final Clock clock;

    Teams(Database database, TeamEvents events, SecureRandom random, Clock clock) {
        this.database = database;
        this.events = events;
        this.random = random;
        this.clock = clock;
    }

    /** Makes a team that belongs to its maker. */
    Mono<Team> create(UUID userId, String name) {
        Instant now = now();
        UUID teamId = Uuids.version7(now.toEpochMilli(), random);
        Membership owner = new Membership(teamId, userId, Role.OWNER, false, now, now, Plan.FREE);
        return committing(lockUser(userId)
                        .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")))
                        .flatMap(locked -> requireRoomForTeam(userId, "You belong to as many teams as anybody may."))
                        .then(Mono.defer(() -> insertTeam(teamId, name, now)))
                        .then(Mono.defer(() -> insert(owner)))
                        .then(Mono.defer(() -> events.joined(owner)))
                        .thenReturn(true))
                .map(done ->
                        new Team(teamId, name, Plan.FREE.text(), owner.role().text(), false, 1, now));
    }

    /** Emits the teams that a user belongs to, the oldest first. */
    public Mono<List<Team>> ofUser(UUID userId) {
        return database.sql(SELECT_TEAM + " order by created_at, team_id")
                .bind("user", userId)
                .map(Team::of)
                .all()
                .collectList();
    }

    public Mono<Team> find(UUID callerId, UUID teamId) {
        return database.sql(SELECT_TEAM + " and t.team_id = :team")
                .bind("user", callerId)
                .bind("team", teamId)
                .map(Team::of)
                .one()
                .switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Emits somebody's membership; fails with 404 where they have none. */
    Mono<Membership> membership(UUID teamId, UUID userId) {
        return findMembership(teamId, userId).switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Completes where somebody belongs to a team whose plan is premium; fails with 404 or 403 otherwise. */
    Mono<Void> requireMemberOnPremium(UUID callerId, UUID teamId) {
        return membership(teamId, callerId).map(Membership::onPremium).then();
    }

    /**
     * Completes where somebody leads a team, as its owner or an admin, whose plan is premium; fails with 404 or 403
     * otherwise.
     */
    public Mono<Void> requireLeadOnPremium(UUID callerId, UUID teamId) {
        return membership(teamId, callerId).doOnNext(Teams::requireLead).then();
    }

    /**
     * As {@link #requireLeadOnPremium}, and locks the team in the transaction at hand: nobody else changes what is
     * counted by team.
     */
    public Mono<Void> lockLedOnPremium(UUID callerId, UUID teamId) {
        return lock(teamId, callerId).doOnNext(Teams::requireLead).then();
    }

    private static void requireLead(Membership caller) {
        requireAllowed(caller.role().administers());
        caller.onPremium();
    }

    /**
     * Emits a team's members, those who joined first first. Addresses are for those who administer it, and everybody's
     * own; whether somebody consents is nobody's business but theirs.
     */
    Mono<List<Member>> members(UUID callerId, UUID teamId) {
        return membersOf(callerId, List.of(teamId))
                .mapNotNull(members -> members.get(teamId))
                .switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    /** Emits the members of those of the teams that the caller belongs to. */
    public Mono<Map<UUID, List<Member>>> membersOf(UUID callerId, Collection<UUID> teamIds) {
        return database.sql(SELECT_MEMBERS)
                .bind("user", callerId)
                .bind("teams", teamIds.toArray(UUID[]::new))
                .map(row -> Map.entry(row.get("team_id", UUID.class), Member.of(row, callerId)))
                .all()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Makes somebody a member of a team that is locked. They have not consented to anything by that. */
    Mono<Void> join(Membership joining) {
        return lockUser(joining.userId())
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")))
                .then(Mono.defer(() -> findMembership(joining.teamId(), joining.userId())))
                .flatMap(there ->
                        Mono.error(() -> ProblemType.MEMBER_EXISTS.withDetail("Already a member of the team.")))
                .then(Mono.defer(() -> requireRoomForMember(joining.teamId())))
                .then(Mono.defer(
                        () -> requireRoomForTeam(joining.userId(), "You belong to as many teams as anybody may.")))
                .then(Mono.defer(() -> insert(joining)))
                .then(Mono.defer(() -> events.joined(joining)));
    }

    Mono<Member> changeRole(UUID callerId, UUID teamId, UUID userId, Role next) {
        return committing(lock(teamId, callerId)
                        .flatMap(caller -> target(caller, userId)
                                .doOnNext(member -> requireAllowed(
                                        caller.role().mayChange(member.role(), next, callerId.equals(userId))))
                                .flatMap(member ->
                                        member.role() == next ? Mono.just(member) : changeLocked(member, next))
                                .map(member -> new Changed(caller, member))))
                .flatMap(changed -> member(changed.caller(), userId));
    }

    private Mono<Membership> changeLocked(Membership member, Role next) {
        Membership changed = member.as(next, now());
        return lockUser(member.userId())
                .then(Mono.defer(() -> requireOtherOwner(member)))
                .then(Mono.defer(() -> update(changed)))
                .then(Mono.defer(() -> withdrawInvitationsBy(member)))
                .then(Mono.defer(() -> events.roleChanged(changed)))
                .thenReturn(changed);
    }

    /** Removes a member, or has the caller leave. */
    Mono<Void> remove(UUID callerId, UUID teamId, UUID userId) {
        return committing(lock(teamId, callerId)
                        .flatMap(caller -> target(caller, userId)
                                .doOnNext(member -> requireAllowed(
                                        caller.role().mayRemove(member.role(), callerId.equals(userId)))))
                        .flatMap(member -> lockUser(userId)
                                .then(Mono.defer(() -> requireOtherOwner(member)))
                                .then(Mono.defer(() -> delete(member)))
                                .then(Mono.defer(() -> withdrawInvitationsBy(member)))
                                .then(Mono.defer(() -> events.left(member, now())))
                                .thenReturn(member)))
                .then();
    }

    /** Has the caller consent to their typing being counted in the team's figures, or take that back. */
    Mono<Member> setConsent(UUID callerId, UUID teamId, boolean given) {
        return committing(lock(teamId, callerId)
                        .flatMap(member -> member.consent() == given
                                ? Mono.just(member)
                                : consentLocked(member.with(given, now()))))
                .flatMap(member -> member(member, callerId));
    }

    private Mono<Membership> consentLocked(Membership changed) {
        return lockUser(changed.userId())
                .then(Mono.defer(() -> update(changed)))
                .then(Mono.defer(() -> events.consentChanged(changed)))
                .thenReturn(changed);
    }

    private Mono<Member> member(Membership caller, UUID userId) {
        return members(caller.userId(), caller.teamId())
                .flatMapIterable(Function.identity())
                .filter(member -> member.userId().equals(userId))
                .next()
                .switchIfEmpty(Mono.error(Teams::noSuchMember));
    }

    /**
     * Locks a team on behalf of somebody who belongs to it and emits who they are in it once nobody else changes that.
     */
    Mono<Membership> lock(UUID teamId, UUID callerId) {
        return database.sql("""
                        select team_id from identity.teams where team_id = :team
                            and exists (select from identity.team_members where team_id = :team and user_id = :user)
                        for no key update""")
                .bind("team", teamId)
                .bind("user", callerId)
                .map(row -> row.get("team_id", UUID.class))
                .one()
                .flatMap(locked -> findMembership(teamId, callerId))
                .switchIfEmpty(Mono.error(Teams::noSuchTeam));
    }

    private Mono<Membership> target(Membership caller, UUID userId) {
        return caller.userId().equals(userId)
                ? Mono.just(caller)
                : findMembership(caller.teamId(), userId).switchIfEmpty(Mono.error(Teams::noSuchMember));
    }

    /** Emits nothing where there is no such user any more. */
    Mono<UUID> lockUser(UUID userId) {
        return database.sql("select user_id from identity.users where user_id = :user for no key update")
                .bind("user", userId)
                .map(row -> row.get("user_id", UUID.class))
                .one();
    }

    private Mono<Membership> findMembership(UUID teamId, UUID userId) {
        return database.sql(SELECT_MEMBERSHIP)
                .bind("team", teamId)
                .bind("user", userId)
                .map(Membership::of)
                .one();
    }

    private Mono<Void> requireRoomForTeam(UUID userId, String detail) {
        return requireFewer(
                "select count(*) as n from identity.team_members where user_id = :id",
                userId,
                TEAMS_A_USER_MAX,
                detail);
    }

    private Mono<Void> requireRoomForMember(UUID teamId) {
        return requireFewer(
                "select count(*) as n from identity.team_members where team_id = :id",
                teamId,
                MEMBERS_MAX,
                "A team has at most " + MEMBERS_MAX + " members.");
    }

    private Mono<Void> requireFewer(String count, UUID id, int max, String detail) {
        return database.sql(count)
                .bind("id", id)
                .map(row -> row.get("n", Long.class))
                .one()
                .filter(n -> n >= max)
                .flatMap(n -> Mono.error(() -> ProblemType.LIMIT_REACHED.withDetail(detail)));
    }

    /** Refuses to take the last owner from a team, which is locked. */
    private Mono<Void> requireOtherOwner(Membership going) {
        if (going.role() != Role.OWNER) {
            return Mono.empty();
        }
        return database.sql("select count(*) as n from identity.team_members"
                        + " where team_id = :team and role = 'owner' and user_id <> :user")
                .bind("team", going.teamId())
                .bind("user", going.userId())
                .map(row -> row.get("n", Long.class))
                .one()
                .filter(others -> others == 0)
                .flatMap(others -> Mono.error(
                        () -> ProblemType.LAST_OWNER.withDetail("A team has an owner: make somebody else one first.")));
    }

    private Mono<Long> insertTeam(UUID teamId, String name, Instant now) {
        return database.sql("insert into identity.teams (team_id, name, created_at) values (:team, :name, :now)")
                .bind("team", teamId)
                .bind("name", name)
                .bind("now", now)
                .fetch()
                .rowsUpdated();
    }

    private Mono<Long> insert(Membership membership) {
        return database.sql("insert into identity.team_members (team_id, user_id, role, consent, joined_at, changed_at)"
                        + " values (:team, :user, :role, :consent, :joined, :changed)")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .bind("role", membership.role().text())
                .bind("consent", membership.consent())
                .bind("joined", membership.joinedAt())
                .bind("changed", membership.changedAt())
                .fetch()
                .rowsUpdated();
    }

    private Mono<Long> update(Membership membership) {
        return database.sql("update identity.team_members set role = :role, consent = :consent, changed_at = :changed"
                        + " where team_id = :team and user_id = :user")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .bind("role", membership.role().text())
                .bind("consent", membership.consent())
                .bind("changed", membership.changedAt())
                .fetch()
                .rowsUpdated();
    }

    private Mono<Long> delete(Membership membership) {
        return database.sql("delete from identity.team_members where team_id = :team and user_id = :user")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .fetch()
                .rowsUpdated();
    }

    /** Open invitations by somebody whose role changes or ends: they might not make them any more. */
    private Mono<Long> withdrawInvitationsBy(Membership member) {
        return database.sql("delete from identity.team_invitations"
                        + " where team_id = :team and invited_by = :user and not declined")
                .bind("team", member.teamId())
                .bind("user", member.userId())
                .fetch()
                .rowsUpdated();
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

    private record Changed(Membership caller, Membership member) {}

    /**
     * A team as one of its members sees it.
     *
     * @param role theirs
     * @param consent theirs
     * @param members how many there are
     */
    public record Team(
            UUID teamId, String name, String plan, String role, boolean consent, long members, Instant createdAt) {

        static Team of(Readable row) {
            return new Team(
                    row.get("team_id", UUID.class),
                    row.get("name", String.class),
                    row.get("plan", String.class),
                    row.get("role", String.class),
                    row.get("consent", Boolean.class),
                    row.get("members", Long.class),
                    row.get("created_at", Instant.class));
        }
    }

    /**
     * A member as another one sees them.
     *
     * @param email null to those who do not administer the team
     * @param consent null to everybody but themselves
     */
    public record Member(
            UUID userId,
            @Nullable String email,
            String role,
            @Nullable Boolean consent,
            Instant joinedAt) {

        static Member of(Readable row, UUID callerId) {
            UUID userId = row.get("user_id", UUID.class);
            boolean isSelf = callerId.equals(userId);
            Role callersRole = Role.of(row.get("callers_role", String.class));
            return new Member(
                    userId,
                    isSelf || callersRole.administers() ? row.get("email", String.class) : null,
                    row.get("role", String.class),
                    isSelf ? row.get("consent", Boolean.class) : null,
                    row.get("joined_at", Instant.class));
        }

        /** Without the address: it is personal. */
        @Override
        public String toString() {
            return "Member[" + userId + "]";
        }
    }
}
