package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks up users' ciphers for event loops: the blocking lookups in {@link UserKeys}, which caches, run on a few threads
 * of their own, one for all concurrent requests of a user. Thread-safe.
 */
final class UserCipherLookup implements AutoCloseable {

    static final int LOOKUP_THREADS = 4;

    /** Further lookups are rejected with {@link ProblemType#OVERLOADED}. */
    static final int PENDING_LOOKUPS_MAX = 5_000;

    private final UserKeys keys;
    private final ExecutorService lookups;
    private final Map<UUID, CompletableFuture<Optional<UserCipher>>> pending = new ConcurrentHashMap<>();

    UserCipherLookup(UserKeys keys) {
        this.keys = keys;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                LOOKUP_THREADS,
                LOOKUP_THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(PENDING_LOOKUPS_MAX),
                Thread.ofPlatform().daemon().name("ingest-user-keys-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        lookups = pool;
    }

    /** Returns the user's cipher if cached. */
    @Nullable
    UserCipher cached(UUID userId) {
        return keys.cached(userId).orElse(null);
    }

    /** Looks up a user's cipher. Fails with a {@link ProblemException} if the user has no key or the lookup fails. */
    CompletableFuture<UserCipher> find(UUID userId) {
        CompletableFuture<Optional<UserCipher>> answer;
        try {
            answer = pending.computeIfAbsent(
                    userId, _ -> CompletableFuture.supplyAsync(() -> keys.find(userId), lookups));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    UploadProblems.overloaded("Too many pending key lookups; send this again later"));
        }
        return answer.handle((cipher, failure) -> {
            pending.remove(userId, answer);
            if (failure != null) {
                throw UploadProblems.unavailable("Database unavailable; send this again later");
            }
            return cipher.orElseThrow(
                    () -> ProblemType.ACCOUNT_ERASED.withDetail("The account was erased; stop sending"));
        });
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
