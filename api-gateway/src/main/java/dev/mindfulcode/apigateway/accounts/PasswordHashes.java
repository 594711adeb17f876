package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Password hashes, computed on the threads of a bounded {@link HashingQueue}. Thread-safe. */
final class PasswordHashes implements AutoCloseable {

    private final Argon2id argon2id = new Argon2id(HashingQueue.CONCURRENT_MAX);

    /** The hash that is checked if no user exists, so that an unknown address costs as much as a known one. */
    private final String noPassword = argon2id.ofNoPassword();

    private final HashingQueue queue = new HashingQueue();
    private final AtomicLong hashed = new AtomicLong();

    /**
     * Hashes a password with a new salt.
     *
     * @param check runs before, on the same thread; its exception is the result
     */
    Mono<String> hash(SignInAttempt attempt, String password, Runnable check) {
        return queue.submit(attempt, () -> {
            check.run();
            hashed.incrementAndGet();
            return argon2id.hash(password);
        });
    }

    /** Emits whether a password matches a hash; without a hash it does the same work and emits false. */
    Mono<Boolean> matches(SignInAttempt attempt, String password, @Nullable String hash) {
        return queue.submit(attempt, () -> {
            hashed.incrementAndGet();
            boolean same = argon2id.matches(password, hash == null ? noPassword : hash);
            return same && hash != null;
        });
    }

    /**
     * Emits a hash with today's parameters of a password that matches an outdated hash. Emits nothing if the hash is up
     * to date, or if the queue is full: the next sign-in will upgrade it.
     */
    Mono<String> upgrade(SignInAttempt attempt, String password, String hash) {
        return Argon2id.isOutdated(hash)
                ? hash(attempt, password, () -> {}).onErrorResume(ProblemException.class, e -> Mono.empty())
                : Mono.empty();
    }

    /** Returns the number of Argon2 computations, with which tests compare the work of two requests. */
    long hashed() {
        return hashed.get();
    }

    @Override
    public void close() {
        queue.close();
    }
}
