package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Scope;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Single-use tickets for live connections. Browsers cannot set headers on an EventSource or WebSocket, and an access
 * token must not be in a URL, which logs and histories store. A ticket may be: the first request redeems it, and it
 * expires within seconds. Tickets are rows, so that any gateway can redeem them, each once.
 */
public final class LiveTickets {

    static final Duration LIFETIME = Duration.ofSeconds(30);
    static final int TICKETS_PER_USER_MAX = 16;

    private static final int TICKET_BYTES = 32;
    private static final int TICKET_LENGTH = 43;

    /** Expired tickets removed with each new one. */
    private static final int EXPIRED_REMOVED_MAX = 100;

    private final Database database;
    private final RevocationTable revocations;
    private final SecureRandom random;
    private final Clock clock;

    LiveTickets(Database database, RevocationTable revocations, SecureRandom random, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.random = random;
        this.clock = clock;
    }

    Mono<ServerResponse> create(ServerRequest request) {
        return Caller.of(request)
                .flatMap(this::issue)
                .flatMap(ticket ->
                        JsonResponses.json(ServerResponse.status(201).header("Cache-Control", "no-store"), ticket));
    }

    /** Issues a ticket; removes the caller's oldest beyond {@link #TICKETS_PER_USER_MAX}. */
    private Mono<Ticket> issue(Caller caller) {
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Ticket ticket = new Ticket(text, now.plus(LIFETIME));
        var insert = database.sql("""
                        INSERT INTO gateway.live_tickets
                            (ticket_hash, user_id, grant_id, credential_expires_at, created_at, expires_at)
                        VALUES (:hash, :user, :grant, :credential, :now, :expires)""")
                .bind("hash", CredentialHash.of(text).bytes())
                .bind("user", caller.userId())
                .bind("credential", caller.expiresAt())
                .bind("now", now)
                .bind("expires", ticket.expiresAt());
        UUID grantId = caller.grantId();
        return database.inTransaction(
                (grantId == null ? insert.bindNull("grant", UUID.class) : insert.bind("grant", grantId))
                        .fetch()
                        .rowsUpdated()
                        .then(removeOld(caller.userId(), now))
                        .thenReturn(ticket));
    }

    private Mono<Void> removeOld(UUID userId, Instant now) {
        Mono<Long> beyond = database.sql("""
                        DELETE FROM gateway.live_tickets WHERE ticket_hash = ANY(ARRAY(
                            SELECT ticket_hash FROM gateway.live_tickets WHERE user_id = :user
                            ORDER BY created_at DESC, ticket_hash OFFSET :max))""")
                .bind("user", userId)
                .bind("max", TICKETS_PER_USER_MAX)
                .fetch()
                .rowsUpdated();
        Mono<Long> expired = database.sql("""
                        DELETE FROM gateway.live_tickets WHERE ticket_hash = ANY(ARRAY(
                            SELECT ticket_hash FROM gateway.live_tickets WHERE expires_at < :now
                            ORDER BY expires_at LIMIT :max FOR UPDATE SKIP LOCKED))""")
                .bind("now", now)
                .bind("max", EXPIRED_REMOVED_MAX)
                .fetch()
                .rowsUpdated();
        return beyond.then(expired).then();
    }

    /** Redeems a ticket; fails with 401 if it was used or has expired, or if its credential has ended. */
    public Mono<Identity> redeem(String ticket) {
        if (ticket.length() != TICKET_LENGTH) {
            return Mono.error(LiveTickets::refused);
        }
        return database.sql("""
                        DELETE FROM gateway.live_tickets WHERE ticket_hash = :hash
                        RETURNING user_id, grant_id, credential_expires_at,
                            expires_at > :now AND credential_expires_at > :now AS valid""")
                .bind("hash", CredentialHash.of(ticket).bytes())
                .bind("now", clock.instant())
                .map(LiveTickets::redeemed)
                .one()
                .filter(Redeemed::valid)
                .map(Redeemed::identity)
                .filterWhen(this::isNotRevoked)
                .switchIfEmpty(Mono.error(LiveTickets::refused));
    }

    private Mono<Boolean> isNotRevoked(Identity identity) {
        UUID grantId = identity.grantId();
        return grantId == null ? Mono.just(true) : revocations.contains(grantId).map(revoked -> !revoked);
    }

    private static RuntimeException refused() {
        return ProblemType.UNAUTHENTICATED.withDetail("The ticket was used or has expired. Get a new one.");
    }

    private static Redeemed redeemed(Readable row) {
        return new Redeemed(
                new Identity(
                        Objects.requireNonNull(row.get("user_id", UUID.class)),
                        row.get("grant_id", UUID.class),
                        Objects.requireNonNull(row.get("credential_expires_at", Instant.class)),
                        Scope.EVERYTHING),
                Boolean.TRUE.equals(row.get("valid", Boolean.class)));
    }

    /** @param ticket shown once */
    private record Ticket(String ticket, Instant expiresAt) {
        @Override
        public String toString() {
            return "Ticket";
        }
    }

    private record Redeemed(Identity identity, boolean valid) {}
}
