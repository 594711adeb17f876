package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The requests with a key of the last {@link #RETENTION}, in Postgres and so for all gateways. What was asked and what
 * was answered is encrypted with the user's key: an answer may show a secret once, and it goes with the user.
 */
final class IdempotentRequests {

    static final Duration RETENTION = Duration.ofHours(24);

    /** A request takes no longer: whoever has it in work has crashed. */
    static final Duration EXECUTION_TIMEOUT = Duration.ofSeconds(30);

    static final int REQUESTS_PER_USER_MAX = 1_000;

    private static final int DELETE_BATCH_SIZE_MAX = 10_000;
    private static final int BUSY_RETRY_AFTER_SECONDS = 1;
    private static final int FULL_RETRY_AFTER_SECONDS = 3_600;

    private static final String PURPOSE = "idempotent-requests";
    private static final int FORMAT_VERSION = 1;

    /** Takes the key where it is new, forgotten, or left behind by a crash. */
    private static final String TAKE = """
            insert into gateway.idempotent_requests as known
                   (user_id, key_hash, fingerprint, answer, created_at, in_work_until)
            select :user, :key, :fingerprint, null, :now, :until
            where (select count(*) from gateway.idempotent_requests where user_id = :user) < :max
            on conflict (user_id, key_hash) do update
            set fingerprint = excluded.fingerprint, answer = null,
                created_at = excluded.created_at, in_work_until = excluded.in_work_until
            where known.created_at < :forgotten or (known.answer is null and known.in_work_until < :now)""";

    private static final String OF_KEY = " where user_id = :user and key_hash = :key";
    private static final String OURS = OF_KEY + " and in_work_until = :until and answer is null";

    private final Database database;
    private final Clock clock;

    IdempotentRequests(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Emits what to do: the work, or the answer that it had. Fails with 409, 422 or 429. */
    Mono<Outcome> begin(UserCipher cipher, byte[] keyHash, byte[] fingerprint) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Execute work = new Execute(cipher, keyHash, now.plus(EXECUTION_TIMEOUT));
        return database.sql(TAKE)
                .bind("user", cipher.userId())
                .bind("key", keyHash)
                .bind("fingerprint", cipher.encrypt(fingerprint, PURPOSE, FORMAT_VERSION))
                .bind("now", now)
                .bind("until", work.until())
                .bind("max", REQUESTS_PER_USER_MAX)
                .bind("forgotten", now.minus(RETENTION))
                .fetch()
                .rowsUpdated()
                .flatMap(taken -> taken == 1 ? Mono.just(work) : known(cipher, keyHash, fingerprint));
    }

    private Mono<Outcome> known(UserCipher cipher, byte[] keyHash, byte[] fingerprint) {
        return database.sql("select fingerprint, answer from gateway.idempotent_requests" + OF_KEY)
                .bind("user", cipher.userId())
                .bind("key", keyHash)
                .map(row -> judge(
                        cipher, fingerprint, row.get("fingerprint", byte[].class), row.get("answer", byte[].class)))
                .one()
                .switchIfEmpty(Mono.defer(() -> full(cipher.userId())));
    }

    private static Outcome judge(
            UserCipher cipher, byte[] fingerprint, byte @Nullable [] sealedKnown, byte @Nullable [] sealedAnswer) {
        if (sealedKnown == null || !MessageDigest.isEqual(fingerprint, open(cipher, sealedKnown))) {
            throw ProblemType.IDEMPOTENCY_KEY_REUSED.forField(
                    IdempotencyKey.HEADER, "Send another key with another request.");
        }
        if (sealedAnswer == null) {
            throw busy();
        }
        return new Replay(StoredResponse.decode(open(cipher, sealedAnswer)));
    }

    /** There was no room, or whoever had the key has just let it go. */
    private Mono<Outcome> full(UUID userId) {
        return database.sql("select count(*) as kept from gateway.idempotent_requests where user_id = :user")
                .bind("user", userId)
                .map(row -> row.get("kept", Long.class))
                .one()
                .flatMap(kept -> Mono.error(
                        kept >= REQUESTS_PER_USER_MAX
                                ? ProblemType.RATE_LIMITED.retryAfter(
                                        FULL_RETRY_AFTER_SECONDS,
                                        "At most " + REQUESTS_PER_USER_MAX + " requests with " + IdempotencyKey.HEADER
                                                + " in " + RETENTION.toHours() + " h.")
                                : busy()));
    }

    Mono<Void> store(Execute work, StoredResponse answer) {
        return database.sql("update gateway.idempotent_requests set answer = :answer" + OURS)
                .bind("answer", work.cipher().encrypt(answer.encode(), PURPOSE, FORMAT_VERSION))
                .bind("user", work.cipher().userId())
                .bind("key", work.keyHash())
                .bind("until", work.until())
                .then();
    }

    /** Nothing came of it: the key may be used again. */
    Mono<Void> release(Execute work) {
        return database.sql("delete from gateway.idempotent_requests" + OURS)
                .bind("user", work.cipher().userId())
                .bind("key", work.keyHash())
                .bind("until", work.until())
                .then();
    }

    Mono<Long> deleteExpired() {
        return database.sql(
                        "delete from gateway.idempotent_requests where (user_id, key_hash) in ("
                                + "select user_id, key_hash from gateway.idempotent_requests where created_at < :forgotten limit :max)")
                .bind("forgotten", clock.instant().minus(RETENTION))
                .bind("max", DELETE_BATCH_SIZE_MAX)
                .fetch()
                .rowsUpdated();
    }

    private static byte[] open(UserCipher cipher, byte[] sealed) {
        try {
            return cipher.decrypt(sealed, PURPOSE, FORMAT_VERSION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a kept request does not open with its user's key", e);
        }
    }

    private static RuntimeException busy() {
        return ProblemType.IDEMPOTENCY_KEY_IN_USE.retryAfter(
                BUSY_RETRY_AFTER_SECONDS, "The first request with this key is not answered yet.");
    }

    sealed interface Outcome {}

    /** @param until when it counts as given up; also tells this attempt from a later one */
    @SuppressWarnings("ArrayRecordComponent")
    record Execute(UserCipher cipher, byte[] keyHash, Instant until) implements Outcome {}

    record Replay(StoredResponse answer) implements Outcome {}
}
