package dev.mindfulcode.apigateway.database;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeyException;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.identity.UserCiphers;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Looks up users' keys off the event loop, as a lookup may query the database. Thread-safe. */
public final class AsyncUserCiphers implements UserCiphers, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AsyncUserCiphers.class);

    static final int THREADS_MAX = 4;

    private static final int QUEUED_TASKS_MAX = 256;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final UserKeys keys;
    private final Scheduler blocking = Schedulers.newBoundedElastic(THREADS_MAX, QUEUED_TASKS_MAX, "gateway-keys");

    public AsyncUserCiphers(UserKeys keys) {
        this.keys = keys;
    }

    @Override
    public Mono<UserCipher> create(UUID userId) {
        return bounded(Mono.fromCallable(() -> keys.create(userId)));
    }

    @Override
    public Mono<UserCipher> find(UUID userId) {
        return Mono.defer(() -> {
            Optional<UserCipher> cached = keys.cached(userId);
            return cached.isPresent()
                    ? Mono.just(cached.get())
                    : bounded(Mono.fromCallable(() -> keys.find(userId).orElse(null)));
        });
    }

    @Override
    public Mono<Map<UUID, UserCipher>> findAll(Collection<UUID> userIds) {
        return bounded(Mono.fromCallable(() -> keys.findAll(userIds)));
    }

    private <T> Mono<T> bounded(Mono<T> work) {
        return work.subscribeOn(blocking)
                .onErrorMap(e -> e instanceof UserKeyException || e instanceof RejectedExecutionException, e -> {
                    log.warn("User key lookup failed: error={}", e.toString());
                    return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable.");
                });
    }

    @Override
    public void close() {
        blocking.dispose();
    }
}
