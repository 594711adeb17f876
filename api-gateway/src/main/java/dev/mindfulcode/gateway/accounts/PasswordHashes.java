package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.gateway.http.ProblemType;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Password hashes: Argon2id with RFC 9106's second recommended option (64 MiB, 3 passes, 4 lanes), as PHC strings. Thread-safe.
 *
 * <p>Hashing is meant to be costly, so it is bounded: at most {@link #CONCURRENT_MAX} at a time, that is 128 MiB, on threads of
 * their own, and at most {@link #WAITING_MAX} waiting for one; beyond that callers are told to come back.
 */
final class PasswordHashes implements AutoCloseable {

    static final int CONCURRENT_MAX = 2;
    static final int WAITING_MAX = 64;

    private static final int MEMORY_KIB = 64 * 1024;
    private static final int PASSES = 3;
    private static final int LANES = 4;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int IDLE_THREAD_SECONDS = 60;
    private static final int RETRY_AFTER_SECONDS = 2;

    /** Computes the lanes one after the other: threads for each would let two hashes take more cores than two. */
    private final Argon2PasswordEncoder argon2id =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);

    /** The hash of no password at all: of 32 random bytes that nobody kept. Checked where there is no user to check. */
    private static final String NOBODY =
            "$argon2id$v=19$m=65536,t=3,p=4$yt2I/W8PyrXRM+PlPw05/A" + "$29K19SOdWRgmhgZFrqF6NFxcctl+F47rV1momfclaPI";

    private final Scheduler hashers = Schedulers.newBoundedElastic(
            CONCURRENT_MAX, WAITING_MAX / CONCURRENT_MAX, "gateway-hash", IDLE_THREAD_SECONDS, true);
    private final AtomicLong hashed = new AtomicLong();

    /**
     * Hashes a password with a fresh salt.
     *
     * @param check run before, on the same thread; what it throws is the answer
     */
    Mono<String> hash(String password, Runnable check) {
        return onHasher(() -> {
            check.run();
            hashed.incrementAndGet();
            return argon2id.encode(password);
        });
    }

    /** Whether the password is the one hashed. Without a hash the same work is done, and the answer is no. */
    Mono<Boolean> matches(String password, @Nullable String hash) {
        return onHasher(() -> {
            hashed.incrementAndGet();
            boolean same = argon2id.matches(password, hash == null ? NOBODY : hash);
            return same && hash != null;
        });
    }

    /** How many Argon2 computations have been made: what an attacker could otherwise read off the clock. */
    long hashed() {
        return hashed.get();
    }

    private <T> Mono<T> onHasher(Callable<T> work) {
        return Mono.fromCallable(work)
                .subscribeOn(hashers)
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Too many are signing in at once."));
    }

    @Override
    public void close() {
        hashers.dispose();
    }
}
