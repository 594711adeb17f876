package dev.mindfulcode.identity.tokens;

import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.ReactiveDatabase;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Links that sign a user in once, or let them set a new password once. Each has a secret of 256 random bits, stored as
 * its SHA-256. A new link replaces the user's earlier one of the same purpose. Each statement joins the caller's
 * transaction. Thread-safe.
 */
public final class OneTimeLinks {

    /** Longest text that can be a secret, with room for other formats. */
    public static final int SECRET_LENGTH_MAX = 128;

    /** Marks a secret, so that scanners find one that was published by mistake. */
    private static final String PREFIX = "mcl_";

    private static final int SECRET_BYTES = 32;

    private final ReactiveDatabase database;
    private final SecureRandom random;
    private final Clock clock;

    public OneTimeLinks(ReactiveDatabase database, SecureRandom random, Clock clock) {
        this.database = database;
        this.random = random;
        this.clock = clock;
    }

    /** The permitted use of a link. */
    public enum Purpose {
        /** Opens the dashboard of a user who is signed in elsewhere. */
        SIGN_IN("sign-in", Duration.ofHours(1)),
        /** Replaces a forgotten password. It has to reach its user, so it lives longer. */
        NEW_PASSWORD("new-password", Duration.ofDays(1));

        private final String text;
        private final Duration lifetime;

        Purpose(String text, Duration lifetime) {
            this.text = text;
            this.lifetime = lifetime;
        }

        /** Returns the name in tables, which is the dashboard's page for the link, too. */
        public String text() {
            return text;
        }
    }

    /** A link that was just created; its secret is stored nowhere. */
    public record CreatedLink(Purpose purpose, String secret, Instant expiresAt) {

        /**
         * Returns the link, relative to the dashboard's address. The secret is in its fragment, which browsers do not
         * send, so that no server's log has it.
         */
        public String path() {
            return purpose.text + "#" + secret;
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "CreatedLink[" + purpose + "]";
        }
    }

    /** Creates a link of an existing user. */
    public Mono<CreatedLink> create(UUID userId, Purpose purpose) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant expiresAt = clock.instant().plus(purpose.lifetime).truncatedTo(ChronoUnit.SECONDS);
        return database.sql("""
                        INSERT INTO identity.one_time_links (link_hash, user_id, purpose, expires_at)
                        VALUES (:hash, :user, :purpose, :expires)
                        ON CONFLICT (user_id, purpose)
                        DO UPDATE SET link_hash = EXCLUDED.link_hash, expires_at = EXCLUDED.expires_at""")
                .bind("hash", hash(secret))
                .bind("user", userId)
                .bind("purpose", purpose.text)
                .bind("expires", expiresAt)
                .fetch()
                .rowsUpdated()
                .thenReturn(new CreatedLink(purpose, secret, expiresAt));
    }

    /** Emits the user of a valid link, which stays valid; emits nothing for any other text. */
    public Mono<UUID> find(String secret, Purpose purpose) {
        return user("""
                SELECT user_id FROM identity.one_time_links
                WHERE link_hash = :hash AND purpose = :purpose AND expires_at > :now""", secret, purpose);
    }

    /** Deletes a valid link and emits its user; emits nothing for any other text. Of concurrent calls one succeeds. */
    public Mono<UUID> redeem(String secret, Purpose purpose) {
        return user("""
                DELETE FROM identity.one_time_links
                WHERE link_hash = :hash AND purpose = :purpose AND expires_at > :now
                RETURNING user_id""", secret, purpose);
    }

    /** Deletes all links of a user. */
    public Mono<Void> deleteAll(UUID userId) {
        return database.sql("DELETE FROM identity.one_time_links WHERE user_id = :user")
                .bind("user", userId)
                .then();
    }

    private Mono<UUID> user(String statement, String secret, Purpose purpose) {
        return database.sql(statement)
                .bind("hash", hash(secret))
                .bind("purpose", purpose.text)
                .bind("now", clock.instant())
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .one();
    }

    private static byte[] hash(String secret) {
        return CredentialHash.of(secret).bytes();
    }
}
