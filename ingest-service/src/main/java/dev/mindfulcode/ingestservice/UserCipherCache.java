package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A cache of users' ciphers for event loops: the blocking lookups in {@link UserKeys} run on a few threads of their
 * own, one for all concurrent requests of a user. Thread-safe.
 */
final class UserCipherCache implements AutoCloseable {

    static final int CACHE_SIZE = 50_000;

    /** Delays the answer 410 after a key was destroyed; what is encrypted with it by then can never be decrypted. */
    static final Duration CACHE_RETENTION = Duration.ofSeconds(60);

    /** Active users are refreshed in the background, so that no request waits. */
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(30);

    static final int LOOKUP_THREADS = 4;

    /** Further lookups are rejected with {@link ProblemType#OVERLOADED}. */
    static final int PENDING_LOOKUPS_MAX = 5_000;

    private final ExecutorService lookups;
    private final AsyncLoadingCache<UUID, Optional<UserCipher>> ciphers;

    UserCipherCache(UserKeys keys) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                LOOKUP_THREADS,
                LOOKUP_THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(PENDING_LOOKUPS_MAX),
                Thread.ofPlatform().daemon().name("ingest-user-keys-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        lookups = pool;
        ciphers = Caffeine.newBuilder()
                .maximumSize(CACHE_SIZE)
                .expireAfter(Expiry.writing((UUID userId, Optional<UserCipher> cipher) ->
                        cipher.isPresent() ? CACHE_RETENTION : Duration.ZERO))
                .refreshAfterWrite(REFRESH_INTERVAL)
                .buildAsync((userId, _) -> CompletableFuture.supplyAsync(() -> keys.find(userId), lookups));
    }

    /** Returns the user's cipher if cached. */
    @Nullable
    UserCipher cached(UUID userId) {
        CompletableFuture<Optional<UserCipher>> known = ciphers.getIfPresent(userId);
        return known != null && known.isDone() && !known.isCompletedExceptionally()
                ? known.join().orElse(null)
                : null;
    }

    /** Looks up a user's cipher. Fails with a {@link ProblemException} if the user has no key or the lookup fails. */
    CompletableFuture<UserCipher> find(UUID userId) {
        CompletableFuture<Optional<UserCipher>> answer;
        try {
            answer = ciphers.get(userId);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    UploadProblems.overloaded("Too many pending key lookups; send this again later"));
        }
        return answer.handle((cipher, failure) -> {
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
