package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.idempotency.IdempotencyKey;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore;
import dev.mindfulcode.webkit.idempotency.StoredResponse;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * Requests with an idempotency key in Postgres, shared by all gateways. Fingerprint and response are encrypted with the
 * user's key: a response may show a secret once, and both are erased with the user.
 */
final class PostgresIdempotencyStore implements IdempotencyStore {

    static final Duration RETENTION = Duration.ofHours(24);

    /** No request lasts longer: after it the gateway that executes a request has crashed. */
    static final Duration EXECUTION_TIMEOUT = Duration.ofSeconds(30);

    static final int REQUESTS_PER_USER_MAX = 1_000;

    private static final int DELETE_BATCH_SIZE_MAX = 10_000;
    private static final int IN_USE_RETRY_AFTER_SECONDS = 1;
    private static final int FULL_RETRY_AFTER_SECONDS = 3_600;

    private static final String PURPOSE = "idempotent-requests";
    private static final int FORMAT_VERSION = 1;

    /** Claims a key that is new, expired, or left behind by a crash. */
    private static final String CLAIM = """
            INSERT INTO gateway.idempotent_requests AS known
                   (user_id, key_hash, fingerprint, answer, created_at, in_work_until)
            SELECT :user, :key, :fingerprint, NULL, :now, :until
            WHERE (SELECT count(*) FROM gateway.idempotent_requests WHERE user_id = :user) < :max
            ON CONFLICT (user_id, key_hash) DO UPDATE
            SET fingerprint = excluded.fingerprint, answer = NULL,
                created_at = excluded.created_at, in_work_until = excluded.in_work_until
            WHERE known.created_at < :expired OR (known.answer IS NULL AND known.in_work_until < :now)""";

    private static final String OF_KEY = " WHERE user_id = :user AND key_hash = :key";
    private static final String OF_ATTEMPT = OF_KEY + " AND in_work_until = :until AND answer IS NULL";

    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final Clock clock;

    PostgresIdempotencyStore(Database database, AsyncUserCiphers ciphers, Clock clock) {
        this.database = database;
        this.ciphers = ciphers;
        this.clock = clock;
    }

    @Override
    public Mono<Outcome> begin(UUID userId, byte[] keyHash, byte[] fingerprint) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account was deleted.")))
                .flatMap(cipher -> begin(cipher, keyHash, fingerprint));
    }

    private Mono<Outcome> begin(UserCipher cipher, byte[] keyHash, byte[] fingerprint) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Attempt attempt = new Attempt(cipher, keyHash, now.plus(EXECUTION_TIMEOUT));
        return database.sql(CLAIM)
                .bind("user", cipher.userId())
                .bind("key", keyHash)
                .bind("fingerprint", cipher.encrypt(fingerprint, PURPOSE, FORMAT_VERSION))
                .bind("now", now)
                .bind("until", attempt.until)
                .bind("max", REQUESTS_PER_USER_MAX)
                .bind("expired", now.minus(RETENTION))
                .fetch()
                .rowsUpdated()
                .flatMap(claimed -> claimed == 1 ? Mono.just(attempt) : findKnown(cipher, keyHash, fingerprint));
    }

    private Mono<Outcome> findKnown(UserCipher cipher, byte[] keyHash, byte[] fingerprint) {
        return database.sql("SELECT fingerprint, answer FROM gateway.idempotent_requests" + OF_KEY)
                .bind("user", cipher.userId())
                .bind("key", keyHash)
                .map(row -> replay(
                        cipher, fingerprint, row.get("fingerprint", byte[].class), row.get("answer", byte[].class)))
                .one()
                .switchIfEmpty(Mono.defer(() -> notClaimed(cipher.userId())));
    }

    private static Outcome replay(
            UserCipher cipher,
            byte[] fingerprint,
            byte @Nullable [] sealedFingerprint,
            byte @Nullable [] sealedResponse) {
        if (sealedFingerprint == null || !MessageDigest.isEqual(fingerprint, open(cipher, sealedFingerprint))) {
            throw ProblemType.IDEMPOTENCY_KEY_REUSED.forField(
                    IdempotencyKey.HEADER, "The key was used for another request; send a new key.");
        }
        if (sealedResponse == null) {
            throw inUse();
        }
        return new Replay(StoredResponse.decode(open(cipher, sealedResponse)));
    }

    /** Fails because the user has too many keys, or because the key was released in this moment. */
    private Mono<Outcome> notClaimed(UUID userId) {
        return database.sql("SELECT count(*) AS requests FROM gateway.idempotent_requests WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> row.get("requests", Long.class))
                .one()
                .flatMap(requests -> Mono.error(
                        requests >= REQUESTS_PER_USER_MAX
                                ? ProblemType.RATE_LIMITED.retryAfter(
                                        FULL_RETRY_AFTER_SECONDS,
                                        "At most " + REQUESTS_PER_USER_MAX + " requests with " + IdempotencyKey.HEADER
                                                + " in " + RETENTION.toHours() + " h.")
                                : inUse()));
    }

    Mono<Long> deleteExpired() {
        return database.sql("""
                        DELETE FROM gateway.idempotent_requests WHERE (user_id, key_hash) IN (
                            SELECT user_id, key_hash FROM gateway.idempotent_requests
                            WHERE created_at < :expired LIMIT :max)""")
                .bind("expired", clock.instant().minus(RETENTION))
                .bind("max", DELETE_BATCH_SIZE_MAX)
                .fetch()
                .rowsUpdated();
    }

    private static byte[] open(UserCipher cipher, byte[] sealed) {
        try {
            return cipher.decrypt(sealed, PURPOSE, FORMAT_VERSION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("stored request cannot be decrypted with its user's key", e);
        }
    }

    private static RuntimeException inUse() {
        return ProblemType.IDEMPOTENCY_KEY_IN_USE.retryAfter(
                IN_USE_RETRY_AFTER_SECONDS, "The first request with this key is still being executed.");
    }

    private final class Attempt implements Execution {

        private final UserCipher cipher;
        private final byte[] keyHash;

        /** When the attempt counts as crashed; distinguishes it from a later one. */
        private final Instant until;

        Attempt(UserCipher cipher, byte[] keyHash, Instant until) {
            this.cipher = cipher;
            this.keyHash = keyHash;
            this.until = until;
        }

        @Override
        public Mono<Void> complete(StoredResponse response) {
            return bind(database.sql("UPDATE gateway.idempotent_requests SET answer = :answer" + OF_ATTEMPT)
                            .bind("answer", cipher.encrypt(response.encode(), PURPOSE, FORMAT_VERSION)))
                    .then();
        }

        @Override
        public Mono<Void> cancel() {
            return bind(database.sql("DELETE FROM gateway.idempotent_requests" + OF_ATTEMPT))
                    .then();
        }

        private GenericExecuteSpec bind(GenericExecuteSpec statement) {
            return statement.bind("user", cipher.userId()).bind("key", keyHash).bind("until", until);
        }
    }
}
