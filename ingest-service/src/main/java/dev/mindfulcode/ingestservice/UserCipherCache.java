package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
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
 * Users' ciphers for threads that must not wait: {@link UserKeys} may query, so that is done on a few threads of its
 * own, once for all who ask about the same user. Thread-safe.
 */
final class UserCipherCache implements AutoCloseable {

    static final int CACHE_SIZE = 50_000;

    /**
     * How much longer than UserKeys itself ingest may go on with a key that has been destroyed. What it encrypts by
     * then is noise to everybody, so all this delays is the answer 410.
     */
    static final Duration CACHE_RETENTION = Duration.ofSeconds(60);

    /** A user who types is asked about again before that, beside the request and not in it. */
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(30);

    static final int LOOKUP_THREADS = 4;

    /** Lookups beyond these are refused with {@link ProblemType#OVERLOADED}. */
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

    /** Returns the user's cipher if it is in memory, without waiting. */
    @Nullable
    UserCipher cached(UUID userId) {
        CompletableFuture<Optional<UserCipher>> known = ciphers.getIfPresent(userId);
        return known != null && known.isDone() && !known.isCompletedExceptionally()
                ? known.join().orElse(null)
                : null;
    }

    /** Asks for a user's cipher. Fails with a {@link UploadException} where there is none, or none can be had now. */
    CompletableFuture<UserCipher> find(UUID userId) {
        CompletableFuture<Optional<UserCipher>> answer;
        try {
            answer = ciphers.get(userId);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new UploadException(ProblemType.OVERLOADED, "Too many users' keys are being looked up"));
        }
        return answer.handle((cipher, failure) -> {
            if (failure != null) {
                throw new UploadException(ProblemType.UNAVAILABLE, "Keys cannot be looked up at the moment");
            }
            return cipher.orElseThrow(() ->
                    new UploadException(ProblemType.ACCOUNT_ERASED, "This account has no key any more; stop sending"));
        });
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
