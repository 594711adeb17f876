package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.accounts.EmailAddress;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Invitations into teams. A membership begins when the invited person accepts, signed in, with the code that the lead
 * passed on to them.
 *
 * <p>Addresses are not verified, so an account with the invited address is not proof of being the invited person:
 * without the code it sees that there is an invitation, and can decline it, but it sees nothing of the team. Inviting
 * does not look for accounts, so the answer and its time do not depend on whether the address has one.
 *
 * <p>What changes members or counts by team locks the team's row first, then a person's.
 */
public final class Invitations {

    /**
     * How long an invitation can be accepted, and how long a declined one prevents the team from inviting the address
     * again.
     */
    static final Duration VALIDITY = Duration.ofDays(14);

    /** Open and declined invitations of a team. */
    static final int INVITATIONS_A_TEAM_MAX = 200;

    /** Open and declined invitations by one person, over all teams. */
    static final int INVITATIONS_AN_INVITER_MAX = 200;

    /** Open invitations of one address; declining makes room. */
    static final int INVITATIONS_AN_ADDRESS_MAX = 20;

    /** Open and declined invitations of one address by one person, so that nobody fills an address by themselves. */
    static final int INVITATIONS_AN_ADDRESS_AND_INVITER_MAX = 2;

    private static final String OPEN = "not declined and expires_at > :now";

    private final Database database;
    private final Teams teams;
    private final TeamEvents events;
    private final SecureRandom random;
    private final Clock clock;

    Invitations(Database database, Teams teams, TeamEvents events, SecureRandom random, Clock clock) {
        this.database = database;
        this.teams = teams;
        this.events = events;
        this.random = random;
        this.clock = clock;
    }

    /** Invites the person behind an address and emits the invitation with its code, which is not shown again. */
    Mono<Invitation> invite(UUID callerId, UUID teamId, EmailAddress email, Role role) {
        Instant now = now();
        InvitationCode code = InvitationCode.next(random);
        Invitation made = new Invitation(
                Uuids.version7(now.toEpochMilli(), random),
                email.normalised(),
                role.text(),
                Invitation.PENDING,
                now,
                now.plus(VALIDITY),
                code.text());
        return database.inTransaction(teams.lock(teamId, callerId)
                .doOnNext(caller -> Teams.requireAllowed(caller.role().mayAdd(role)))
                .then(Mono.defer(() -> teams.lockUser(callerId)))
                .then(Mono.defer(() -> lockAddress(made.email())))
                .then(Mono.defer(() -> deleteExpired(now)))
                .then(Mono.defer(() -> requireNoMember(teamId, made.email())))
                .then(Mono.defer(() -> requireNotInvited(teamId, made.email())))
                .then(Mono.defer(() -> requireRoom(teamId, callerId, made.email())))
                .then(Mono.defer(() -> insert(teamId, callerId, made, code)))
                .thenReturn(made));
    }

    /** Emits the open and declined invitations of a team, the oldest first, to those who lead it. */
    Mono<List<Invitation>> ofTeam(UUID callerId, UUID teamId) {
        return teams.membership(teamId, callerId)
                .doOnNext(caller -> Teams.requireAllowed(caller.role().administers()))
                .then(Mono.defer(() -> ofTeams(callerId, List.of(teamId))))
                .map(found -> found.getOrDefault(teamId, List.of()));
    }

    /** Emits the open and declined invitations of those of the teams that the caller leads. */
    public Mono<Map<UUID, List<Invitation>>> ofTeams(UUID callerId, Collection<UUID> teamIds) {
        return database.sql("""
                        select i.team_id, invitation_id, email, i.role, declined, created_at, expires_at
                        from identity.team_invitations i join identity.team_members m on m.team_id = i.team_id
                        where m.user_id = :user and m.role in ('owner', 'admin') and i.team_id = any(:teams)
                            and expires_at > :now
                        order by created_at, invitation_id""")
                .bind("user", callerId)
                .bind("teams", teamIds.toArray(UUID[]::new))
                .bind("now", now())
                .map(row -> Map.entry(Objects.requireNonNull(row.get("team_id", UUID.class)), Invitation.of(row)))
                .all()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Withdraws an open invitation. A declined one stays until it expires: the team is not to ask again at once. */
    Mono<Void> withdraw(UUID callerId, UUID teamId, UUID invitationId) {
        return database.inTransaction(teams.lock(teamId, callerId)
                        .doOnNext(caller -> Teams.requireAllowed(caller.role().administers()))
                        .flatMap(caller -> roleOfOpen(teamId, invitationId)
                                .doOnNext(role ->
                                        Teams.requireAllowed(caller.role().mayAdd(role))))
                        .then(Mono.defer(() -> database.sql(
                                        "delete from identity.team_invitations where invitation_id = :invitation")
                                .bind("invitation", invitationId)
                                .fetch()
                                .rowsUpdated())))
                .then();
    }

    private Mono<Role> roleOfOpen(UUID teamId, UUID invitationId) {
        return database.sql("select role from identity.team_invitations"
                        + " where invitation_id = :invitation and team_id = :team and " + OPEN)
                .bind("invitation", invitationId)
                .bind("team", teamId)
                .bind("now", now())
                .map(row -> Role.of(Objects.requireNonNull(row.get("role", String.class))))
                .one()
                .switchIfEmpty(Mono.error(Invitations::noSuchInvitation));
    }

    /** Emits the open invitations to the address of somebody's account, the oldest first. */
    public Mono<List<Received>> receivedBy(UUID userId) {
        return database.sql("select invitation_id, role, i.created_at, expires_at"
                        + " from identity.team_invitations i join identity.users u using (email)"
                        + " where user_id = :user and " + OPEN + " order by i.created_at, invitation_id limit :max")
                .bind("user", userId)
                .bind("now", now())
                .bind("max", INVITATIONS_AN_ADDRESS_MAX)
                .map(Received::of)
                .all()
                .collectList();
    }

    /** Makes the caller a member of the team whose invitation to their address has this code, and emits the team. */
    Mono<Teams.Team> accept(UUID userId, String code) {
        Instant now = now();
        byte[] hash = new InvitationCode(code).hash();
        return database.inTransaction(lockTeamOf(hash)
                        .then(Mono.defer(() -> take(userId, hash, now)))
                        .switchIfEmpty(Mono.error(Invitations::noSuchInvitation))
                        .flatMap(membership -> teams.join(membership).thenReturn(membership.teamId())))
                .doOnSuccess(joined -> events.committed())
                .flatMap(teamId -> teams.find(userId, teamId));
    }

    /** Declines an open invitation to the caller's address. */
    Mono<Void> decline(UUID userId, UUID invitationId) {
        return database.sql("update identity.team_invitations i set declined = true from identity.users u"
                        + " where invitation_id = :invitation and u.user_id = :user and u.email = i.email and " + OPEN)
                .bind("invitation", invitationId)
                .bind("user", userId)
                .bind("now", now())
                .fetch()
                .rowsUpdated()
                .filter(updated -> updated > 0)
                .switchIfEmpty(Mono.error(Invitations::noSuchInvitation))
                .then();
    }

    private Mono<Void> lockTeamOf(byte[] hash) {
        return database.sql("select team_id from identity.teams where team_id ="
                        + " (select team_id from identity.team_invitations where code_hash = :hash) for no key update")
                .bind("hash", hash)
                .map(row -> true)
                .one()
                .then();
    }

    /** Uses an invitation up; emits nothing where it is not open to this person. */
    private Mono<Membership> take(UUID userId, byte[] hash, Instant now) {
        return database.sql("delete from identity.team_invitations i using identity.users u, identity.teams t"
                        + " where code_hash = :hash and u.user_id = :user and u.email = i.email"
                        + " and t.team_id = i.team_id and "
                        + OPEN + " returning i.team_id, i.role, plan")
                .bind("hash", hash)
                .bind("user", userId)
                .bind("now", now)
                .map(row -> new Membership(
                        Objects.requireNonNull(row.get("team_id", UUID.class)),
                        userId,
                        Role.of(Objects.requireNonNull(row.get("role", String.class))),
                        false,
                        now,
                        now,
                        Plan.of(Objects.requireNonNull(row.get("plan", String.class)))))
                .one();
    }

    /** So that invitations of one address are counted one after the other. Held until the transaction ends. */
    private Mono<Void> lockAddress(String email) {
        return database.sql(
                        "select 1 as one from (select pg_advisory_xact_lock(hashtextextended(:email, 0))) as locked")
                .bind("email", email)
                .map(row -> true)
                .one()
                .then();
    }

    private Mono<Long> deleteExpired(Instant now) {
        return database.sql("delete from identity.team_invitations where expires_at <= :now")
                .bind("now", now)
                .fetch()
                .rowsUpdated();
    }

    /** Says nothing that the caller does not see in the list of members. */
    private Mono<Void> requireNoMember(UUID teamId, String email) {
        return database.sql("select 1 as one from identity.team_members join identity.users using (user_id)"
                        + " where team_id = :team and email = :email")
                .bind("team", teamId)
                .bind("email", email)
                .map(row -> true)
                .one()
                .flatMap(there -> Mono.error(() ->
                        ProblemType.MEMBER_EXISTS.forField("email", "Already a member; change their role instead.")));
    }

    private Mono<Void> requireNotInvited(UUID teamId, String email) {
        return database.sql("select declined, expires_at from identity.team_invitations"
                        + " where team_id = :team and email = :email")
                .bind("team", teamId)
                .bind("email", email)
                .map(row -> Boolean.TRUE.equals(row.get("declined", Boolean.class))
                        ? "The invitation was declined; the address can be invited again after "
                                + row.get("expires_at", Instant.class) + "."
                        : "Already invited; withdraw the open invitation to make another.")
                .one()
                .flatMap(detail -> Mono.error(() -> ProblemType.INVITATION_EXISTS.forField("email", detail)));
    }

    private Mono<Void> requireRoom(UUID teamId, UUID callerId, String email) {
        return database.sql("""
                        select count(*) filter (where team_id = :team) as of_team,
                               count(*) filter (where invited_by = :user) as of_inviter,
                               count(*) filter (where email = :email and not declined) as of_address,
                               count(*) filter (where email = :email and invited_by = :user) as of_both
                        from identity.team_invitations where team_id = :team or invited_by = :user or email = :email""")
                .bind("team", teamId)
                .bind("user", callerId)
                .bind("email", email)
                .map(row -> {
                    requireFewer(row, "of_team", INVITATIONS_A_TEAM_MAX, "A team has at most %d invitations.");
                    requireFewer(
                            row, "of_inviter", INVITATIONS_AN_INVITER_MAX, "One person has at most %d invitations.");
                    requireFewer(
                            row, "of_address", INVITATIONS_AN_ADDRESS_MAX, "An address has at most %d invitations.");
                    requireFewer(
                            row,
                            "of_both",
                            INVITATIONS_AN_ADDRESS_AND_INVITER_MAX,
                            "An address has at most %d invitations by one person.");
                    return true;
                })
                .one()
                .then();
    }

    private static void requireFewer(Readable row, String count, int max, String detail) {
        if (Objects.requireNonNull(row.get(count, Long.class)) >= max) {
            throw ProblemType.LIMIT_REACHED.withDetail(detail.formatted(max));
        }
    }

    private Mono<Long> insert(UUID teamId, UUID callerId, Invitation made, InvitationCode code) {
        return database.sql("""
                        insert into identity.team_invitations
                            (invitation_id, team_id, email, role, code_hash, invited_by, created_at, expires_at)
                        values (:invitation, :team, :email, :role, :hash, :user, :created, :expires)""")
                .bind("invitation", made.invitationId())
                .bind("team", teamId)
                .bind("email", made.email())
                .bind("role", made.role())
                .bind("hash", code.hash())
                .bind("user", callerId)
                .bind("created", made.createdAt())
                .bind("expires", made.expiresAt())
                .fetch()
                .rowsUpdated();
    }

    private static ProblemException noSuchInvitation() {
        return ProblemType.NOT_FOUND.withDetail("There is no such open invitation to your address.");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * An invitation as the team's leads see it.
     *
     * @param state {@value #PENDING} or {@value #DECLINED}
     * @param code null but in the answer that made it
     */
    public record Invitation(
            UUID invitationId,
            String email,
            String role,
            String state,
            Instant createdAt,
            Instant expiresAt,
            @Nullable String code) {

        static final String PENDING = "pending";
        static final String DECLINED = "declined";

        static Invitation of(Readable row) {
            return new Invitation(
                    Objects.requireNonNull(row.get("invitation_id", UUID.class)),
                    Objects.requireNonNull(row.get("email", String.class)),
                    Objects.requireNonNull(row.get("role", String.class)),
                    Boolean.TRUE.equals(row.get("declined", Boolean.class)) ? DECLINED : PENDING,
                    Objects.requireNonNull(row.get("created_at", Instant.class)),
                    Objects.requireNonNull(row.get("expires_at", Instant.class)),
                    null);
        }

        /** Without address and code. */
        @Override
        public String toString() {
            return "Invitation[" + invitationId + "]";
        }
    }

    /**
     * An invitation as the account with the invited address sees it: nothing of the team, whose name comes with the
     * code.
     */
    public record Received(UUID invitationId, String role, Instant createdAt, Instant expiresAt) {

        static Received of(Readable row) {
            return new Received(
                    Objects.requireNonNull(row.get("invitation_id", UUID.class)),
                    Objects.requireNonNull(row.get("role", String.class)),
                    Objects.requireNonNull(row.get("created_at", Instant.class)),
                    Objects.requireNonNull(row.get("expires_at", Instant.class)));
        }
    }
}
