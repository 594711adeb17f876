package dev.mindfulcode.identity.teams;

import dev.mindfulcode.identity.ReactiveDatabase;
import dev.mindfulcode.identity.UserCiphers;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The tables {@code teams} and {@code team_members}. Each statement joins the caller's transaction. A transaction that
 * changes members locks the team first, then the user. Thread-safe.
 */
public final class TeamTable {

    private static final String SELECT_MEMBERSHIP = """
            SELECT team_id, user_id, role, consent, joined_at, changed_at, plan
            FROM identity.team_members JOIN identity.teams USING (team_id)
            WHERE team_id = :team AND user_id = :user""";
    private static final String SELECT_TEAM = """
            SELECT team_id, name, plan, created_at, role, consent,
                   (SELECT count(*) FROM identity.team_members a WHERE a.team_id = t.team_id) AS members
            FROM identity.teams t JOIN identity.team_members m USING (team_id) WHERE m.user_id = :user""";
    private static final String SELECT_MEMBERS = """
            SELECT team_id, a.user_id, sealed_email, a.role, a.consent, a.joined_at, mine.role AS callers_role
            FROM identity.team_members mine JOIN identity.team_members a USING (team_id)
                JOIN identity.users u ON u.user_id = a.user_id
            WHERE mine.user_id = :user AND team_id = ANY (:teams) ORDER BY a.joined_at, a.user_id""";
    private static final String LED_ON_PREMIUM = """
            FROM identity.team_members JOIN identity.teams USING (team_id)
            WHERE role IN ('owner', 'admin') AND plan = 'premium' AND\s""";

    private final ReactiveDatabase database;

    public TeamTable(ReactiveDatabase database) {
        this.database = database;
    }

    /** Emits the teams of a user, ordered by creation time. */
    public Mono<List<Team>> ofUser(UUID userId) {
        return database.sql(SELECT_TEAM + " ORDER BY created_at, team_id")
                .bind("user", userId)
                .map(Team::of)
                .all()
                .collectList();
    }

    /** Emits a team as a member sees it; emits nothing if the user is not a member. */
    public Mono<Team> find(UUID userId, UUID teamId) {
        return database.sql(SELECT_TEAM + " AND t.team_id = :team")
                .bind("user", userId)
                .bind("team", teamId)
                .map(Team::of)
                .one();
    }

    /** Emits the members, ordered by join time, of those of the teams that the caller is a member of. */
    public Mono<Map<UUID, List<Member>>> members(UUID callerId, Collection<UUID> teamIds, UserCiphers ciphers) {
        return database.sql(SELECT_MEMBERS)
                .bind("user", callerId)
                .bind("teams", teamIds.toArray(UUID[]::new))
                .map(row -> SealedMember.of(row, callerId))
                .all()
                .collectList()
                .flatMap(members -> ciphers.findAll(members.stream()
                                .filter(SealedMember::isAddressVisible)
                                .map(member -> member.member().userId())
                                .collect(Collectors.toSet()))
                        .map(found -> members.stream()
                                .collect(Collectors.groupingBy(
                                        SealedMember::teamId,
                                        Collectors.mapping(
                                                member -> member.open(found.get(
                                                        member.member().userId())),
                                                Collectors.toList())))));
    }

    public Mono<Membership> membership(UUID teamId, UUID userId) {
        return database.sql(SELECT_MEMBERSHIP)
                .bind("team", teamId)
                .bind("user", userId)
                .map(Membership::of)
                .one();
    }

    /** Emits the memberships of a user, ordered by join time. */
    public Mono<List<Membership>> memberships(UUID userId) {
        return database.sql("SELECT team_id, user_id, role, consent, joined_at, changed_at, plan"
                        + " FROM identity.team_members JOIN identity.teams USING (team_id)"
                        + " WHERE user_id = :user ORDER BY joined_at, team_id")
                .bind("user", userId)
                .map(Membership::of)
                .all()
                .collectList();
    }

    /** Locks a team until the transaction ends, if the user is a member, and emits the membership. */
    public Mono<Membership> lock(UUID teamId, UUID userId) {
        return database.sql("""
                        SELECT team_id FROM identity.teams WHERE team_id = :team
                            AND EXISTS (SELECT FROM identity.team_members WHERE team_id = :team AND user_id = :user)
                        FOR NO KEY UPDATE""")
                .bind("team", teamId)
                .bind("user", userId)
                .map(row -> true)
                .one()
                .flatMap(locked -> membership(teamId, userId));
    }

    /** Emits the teams on the premium plan that a user leads, as owner or admin. */
    public Mono<List<UUID>> ledOnPremium(UUID userId) {
        return database.sql("SELECT team_id " + LED_ON_PREMIUM + "user_id = :user")
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("team_id", UUID.class)))
                .all()
                .collectList();
    }

    /** Emits the owners and admins of a team; emits nothing unless the team is on the premium plan. */
    public Flux<UUID> leadsOnPremium(UUID teamId) {
        return database.sql("SELECT user_id " + LED_ON_PREMIUM + "team_id = :team")
                .bind("team", teamId)
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .all();
    }

    public Mono<Long> countTeams(UUID userId) {
        return count("user_id = :id", userId);
    }

    public Mono<Long> countMembers(UUID teamId) {
        return count("team_id = :id", teamId);
    }

    private Mono<Long> count(String condition, UUID id) {
        return database.sql("SELECT count(*) AS n FROM identity.team_members WHERE " + condition)
                .bind("id", id)
                .map(row -> Objects.requireNonNull(row.get("n", Long.class)))
                .one();
    }

    /** Emits whether a team has an owner other than the member. */
    public Mono<Boolean> hasOtherOwner(Membership member) {
        return database.sql("""
                        SELECT count(*) AS n FROM identity.team_members
                        WHERE team_id = :team AND role = 'owner' AND user_id <> :user""")
                .bind("team", member.teamId())
                .bind("user", member.userId())
                .map(row -> Objects.requireNonNull(row.get("n", Long.class)) > 0)
                .one();
    }

    /**
     * Emits the member who succeeds a last owner who leaves: the admin who joined first, else the member, else
     * the viewer; emits nothing if there is no other member.
     */
    public Mono<Membership> successor(Membership leaving) {
        return database.sql("""
                        SELECT team_id, user_id, role, consent, joined_at, changed_at, plan
                        FROM identity.team_members JOIN identity.teams USING (team_id)
                        WHERE team_id = :team AND user_id <> :user
                        ORDER BY array_position(ARRAY['owner', 'admin', 'member', 'viewer'], role), joined_at, user_id
                        LIMIT 1""")
                .bind("team", leaving.teamId())
                .bind("user", leaving.userId())
                .map(Membership::of)
                .one();
    }

    /** Deletes a team with all that references it. */
    public Mono<Void> deleteTeam(UUID teamId) {
        return database.sql("DELETE FROM identity.teams WHERE team_id = :team")
                .bind("team", teamId)
                .then();
    }

    public Mono<Void> insertTeam(UUID teamId, String name, Instant now) {
        return database.sql("INSERT INTO identity.teams (team_id, name, created_at) VALUES (:team, :name, :now)")
                .bind("team", teamId)
                .bind("name", name)
                .bind("now", now)
                .then();
    }

    public Mono<Void> insert(Membership membership) {
        return database.sql("""
                        INSERT INTO identity.team_members (team_id, user_id, role, consent, joined_at, changed_at)
                        VALUES (:team, :user, :role, :consent, :joined, :changed)""")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .bind("role", membership.role().text())
                .bind("consent", membership.consent())
                .bind("joined", membership.joinedAt())
                .bind("changed", membership.changedAt())
                .then();
    }

    public Mono<Void> update(Membership membership) {
        return database.sql("""
                        UPDATE identity.team_members SET role = :role, consent = :consent, changed_at = :changed
                        WHERE team_id = :team AND user_id = :user""")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .bind("role", membership.role().text())
                .bind("consent", membership.consent())
                .bind("changed", membership.changedAt())
                .then();
    }

    /** Sets a team's plan; emits false if the team does not exist. */
    public Mono<Boolean> setPlan(UUID teamId, Plan plan) {
        return database.sql("UPDATE identity.teams SET plan = :plan WHERE team_id = :team")
                .bind("plan", plan.text())
                .bind("team", teamId)
                .fetch()
                .rowsUpdated()
                .map(updated -> updated == 1);
    }

    public Mono<Void> delete(Membership membership) {
        return database.sql("DELETE FROM identity.team_members WHERE team_id = :team AND user_id = :user")
                .bind("team", membership.teamId())
                .bind("user", membership.userId())
                .then();
    }
}
