package dev.mindfulcode.identity.teams;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.ReactiveDatabase;
import dev.mindfulcode.identity.SealedColumn;
import dev.mindfulcode.identity.UserCiphers;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * The table {@code team_invitations}. An invitation is open until it is accepted, declined or expired. Its
 * address is encrypted with a key of the invitation's own, which ends with its row. Each statement joins the caller's
 * transaction. Thread-safe.
 */
public final class InvitationTable {

    private static final String OPEN = "NOT declined AND expires_at > :now";

    private final ReactiveDatabase database;
    private final UserCiphers ciphers;
    private final BlindIndex emails;

    public InvitationTable(ReactiveDatabase database, UserCiphers ciphers, BlindIndex emails) {
        this.database = database;
        this.ciphers = ciphers;
        this.emails = emails;
    }

    /** Counts open and declined invitations, those of an address alone only if open. */
    public record Counts(long ofTeam, long ofInviter, long ofAddress, long ofAddressAndInviter) {}

    /** The open or declined invitation of an address to a team. */
    public record Existing(boolean declined, Instant expiresAt) {}

    /** Emits the open and declined invitations of those of the teams that the caller leads, by creation time. */
    public Mono<Map<UUID, List<Invitation>>> ofTeams(UUID callerId, Collection<UUID> teamIds, Instant now) {
        return database.sql("""
                        SELECT i.team_id, invitation_id, sealed_email, i.role, declined, created_at, expires_at
                        FROM identity.team_invitations i JOIN identity.team_members m ON m.team_id = i.team_id
                        WHERE m.user_id = :user AND m.role IN ('owner', 'admin') AND i.team_id = ANY (:teams)
                            AND expires_at > :now
                        ORDER BY created_at, invitation_id""")
                .bind("user", callerId)
                .bind("teams", teamIds.toArray(UUID[]::new))
                .bind("now", now)
                .map(SealedInvitation::of)
                .all()
                .collectList()
                .flatMap(rows -> ciphers.findAll(
                                rows.stream().map(SealedInvitation::id).toList())
                        .map(found -> rows.stream()
                                // Deleted since it was read.
                                .filter(invitation -> found.containsKey(invitation.id()))
                                .collect(Collectors.groupingBy(
                                        SealedInvitation::teamId,
                                        Collectors.mapping(
                                                invitation -> invitation.open(
                                                        Objects.requireNonNull(found.get(invitation.id()))),
                                                Collectors.toList())))));
    }

    /** Emits the open invitations to the address of a user's account, by creation time. */
    public Mono<List<ReceivedInvitation>> receivedBy(UUID userId, Instant now, int max) {
        return database.sql("""
                        SELECT invitation_id, role, i.created_at, expires_at
                        FROM identity.team_invitations i JOIN identity.users u USING (email_index)
                        WHERE user_id = :user AND %s ORDER BY i.created_at, invitation_id LIMIT :max""".formatted(OPEN))
                .bind("user", userId)
                .bind("now", now)
                .bind("max", max)
                .map(ReceivedInvitation::of)
                .all()
                .collectList();
    }

    /** Emits the role of an open invitation of a team. */
    public Mono<Role> roleOfOpen(UUID teamId, UUID invitationId, Instant now) {
        return database.sql("SELECT role FROM identity.team_invitations"
                        + " WHERE invitation_id = :invitation AND team_id = :team AND " + OPEN)
                .bind("invitation", invitationId)
                .bind("team", teamId)
                .bind("now", now)
                .map(row -> Role.of(Objects.requireNonNull(row.get("role", String.class))))
                .one();
    }

    public Mono<Void> delete(UUID invitationId) {
        return database.sql("DELETE FROM identity.team_invitations WHERE invitation_id = :invitation")
                .bind("invitation", invitationId)
                .then();
    }

    /** Deletes the pending invitations by a member, whose role is about to change or end. */
    public Mono<Void> deletePendingBy(Membership member) {
        return database.sql("""
                        DELETE FROM identity.team_invitations
                        WHERE team_id = :team AND invited_by = :user AND NOT declined""")
                .bind("team", member.teamId())
                .bind("user", member.userId())
                .then();
    }

    public Mono<Void> deleteExpired(Instant now) {
        return database.sql("DELETE FROM identity.team_invitations WHERE expires_at <= :now")
                .bind("now", now)
                .then();
    }

    /** Declines an open invitation to the address of the user's account; emits whether it existed. */
    public Mono<Boolean> decline(UUID userId, UUID invitationId, Instant now) {
        return database.sql("UPDATE identity.team_invitations i SET declined = true FROM identity.users u"
                        + " WHERE invitation_id = :invitation AND u.user_id = :user"
                        + " AND u.email_index = i.email_index AND "
                        + OPEN)
                .bind("invitation", invitationId)
                .bind("user", userId)
                .bind("now", now)
                .fetch()
                .rowsUpdated()
                .map(updated -> updated > 0);
    }

    /** Locks the team of an invitation until the transaction ends. */
    public Mono<Void> lockTeam(CredentialHash code) {
        return database.sql("""
                        SELECT team_id FROM identity.teams WHERE team_id =
                            (SELECT team_id FROM identity.team_invitations WHERE code_hash = :hash)
                        FOR NO KEY UPDATE""")
                .bind("hash", code.bytes())
                .map(row -> true)
                .one()
                .then();
    }

    /** Deletes the invitation with a code and emits the membership to insert; emits nothing unless it is open. */
    public Mono<Membership> redeem(UUID userId, CredentialHash code, Instant now) {
        return database.sql("""
                        DELETE FROM identity.team_invitations i USING identity.users u, identity.teams t
                        WHERE code_hash = :hash AND u.user_id = :user AND u.email_index = i.email_index
                            AND t.team_id = i.team_id
                            AND %s
                        RETURNING i.team_id, i.role, plan""".formatted(OPEN))
                .bind("hash", code.bytes())
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

    /** Locks an address until the transaction ends, so that its invitations are counted one after the other. */
    public Mono<Void> lockAddress(String email) {
        return database.sql(
                        "SELECT 1 AS one FROM (SELECT pg_advisory_xact_lock(hashtextextended(:email, 0))) AS locked")
                .bind("email", emails.textOf(email))
                .map(row -> true)
                .one()
                .then();
    }

    /** Emits whether a member of the team has the address. */
    public Mono<Boolean> isMember(UUID teamId, String email) {
        return database.sql("""
                        SELECT 1 AS one FROM identity.team_members JOIN identity.users USING (user_id)
                        WHERE team_id = :team AND email_index = :email""")
                .bind("team", teamId)
                .bind("email", emails.of(email))
                .map(row -> true)
                .one()
                .defaultIfEmpty(false);
    }

    public Mono<Existing> existing(UUID teamId, String email) {
        return database.sql("""
                        SELECT declined, expires_at FROM identity.team_invitations
                        WHERE team_id = :team AND email_index = :email""")
                .bind("team", teamId)
                .bind("email", emails.of(email))
                .map(row -> new Existing(
                        Boolean.TRUE.equals(row.get("declined", Boolean.class)),
                        Objects.requireNonNull(row.get("expires_at", Instant.class))))
                .one();
    }

    public Mono<Counts> count(UUID teamId, UUID inviterId, String email) {
        return database.sql("""
                        SELECT count(*) FILTER (WHERE team_id = :team) AS of_team,
                               count(*) FILTER (WHERE invited_by = :user) AS of_inviter,
                               count(*) FILTER (WHERE email_index = :email AND NOT declined) AS of_address,
                               count(*) FILTER (WHERE email_index = :email AND invited_by = :user) AS of_both
                        FROM identity.team_invitations
                        WHERE team_id = :team OR invited_by = :user OR email_index = :email""")
                .bind("team", teamId)
                .bind("user", inviterId)
                .bind("email", emails.of(email))
                .map(row -> new Counts(
                        Objects.requireNonNull(row.get("of_team", Long.class)),
                        Objects.requireNonNull(row.get("of_inviter", Long.class)),
                        Objects.requireNonNull(row.get("of_address", Long.class)),
                        Objects.requireNonNull(row.get("of_both", Long.class))))
                .one();
    }

    public Mono<Void> insert(UUID teamId, UUID inviterId, Invitation invitation, CredentialHash code) {
        return ciphers.create(invitation.invitationId())
                .flatMap(cipher -> insert(teamId, inviterId, invitation, code, cipher));
    }

    private Mono<Void> insert(
            UUID teamId, UUID inviterId, Invitation invitation, CredentialHash code, UserCipher cipher) {
        return database.sql("""
                        INSERT INTO identity.team_invitations (invitation_id, team_id, email_index, sealed_email, role,
                            code_hash, invited_by, created_at, expires_at)
                        VALUES (:invitation, :team, :index, :email, :role, :hash, :user, :created, :expires)""")
                .bind("invitation", invitation.invitationId())
                .bind("team", teamId)
                .bind("index", emails.of(invitation.email()))
                .bind("email", SealedColumn.INVITATION_EMAIL.seal(cipher, invitation.email()))
                .bind("role", invitation.role())
                .bind("hash", code.bytes())
                .bind("user", inviterId)
                .bind("created", invitation.createdAt())
                .bind("expires", invitation.expiresAt())
                .then();
    }
}
