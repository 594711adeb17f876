package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A bounded queue in front of the few threads that hash passwords. It serves accounts in turn, so that many attempts at
 * one account delay the others by one hash at most. Thread-safe.
 *
 * <p>Three limits: in total (then 503), per account and per client network (then 429).
 */
final class HashingQueue implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HashingQueue.class);

    static final int CONCURRENT_MAX = 2;
    static final int PENDING_MAX = 64;

    /** Running and waiting attempts at one account. */
    static final int IN_FLIGHT_OF_ACCOUNT_MAX = 4;

    /** Running and waiting attempts from one network, at all accounts. */
    static final int IN_FLIGHT_OF_CLIENT_MAX = 16;

    static final int RETRY_AFTER_SECONDS = 2;
    private static final int IDLE_THREAD_SECONDS = 60;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            CONCURRENT_MAX,
            CONCURRENT_MAX,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("gateway-hash-", 1).factory());

    /** Pending jobs by account, in the order of service. */
    private final Map<String, ArrayDeque<Job<?>>> pending = new LinkedHashMap<>();

    private final Map<String, Integer> ofAccount = new HashMap<>();
    private final Map<String, Integer> ofClient = new HashMap<>();
    private int inFlight;
    private int busyThreads;

    HashingQueue() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs work on a hashing thread in the account's turn, unless the subscriber cancels before. */
    <T> Mono<T> submit(SignInAttempt attempt, Callable<T> work) {
        return Mono.create(sink -> {
            Job<T> job = new Job<>(attempt, work, sink);
            RuntimeException refusal = add(job);
            if (refusal != null) {
                sink.error(refusal);
            } else {
                sink.onCancel(() -> remove(job));
            }
        });
    }

    private synchronized @Nullable RuntimeException add(Job<?> job) {
        SignInAttempt attempt = job.attempt();
        if (ofAccount.getOrDefault(attempt.account(), 0) >= IN_FLIGHT_OF_ACCOUNT_MAX) {
            return ProblemType.RATE_LIMITED.retryAfter(
                    RETRY_AFTER_SECONDS,
                    "At most " + IN_FLIGHT_OF_ACCOUNT_MAX + " password checks of an account at once.");
        }
        if (attempt.client() != null && ofClient.getOrDefault(attempt.client(), 0) >= IN_FLIGHT_OF_CLIENT_MAX) {
            return ProblemType.RATE_LIMITED.retryAfter(
                    RETRY_AFTER_SECONDS, "At most " + IN_FLIGHT_OF_CLIENT_MAX + " password checks at once.");
        }
        if (inFlight >= CONCURRENT_MAX + PENDING_MAX) {
            return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Too many are signing in at once.");
        }
        inFlight++;
        ofAccount.merge(attempt.account(), 1, Integer::sum);
        if (attempt.client() != null) {
            ofClient.merge(attempt.client(), 1, Integer::sum);
        }
        pending.computeIfAbsent(attempt.account(), _ -> new ArrayDeque<>()).add(job);
        if (busyThreads < CONCURRENT_MAX) {
            busyThreads++;
            threads.execute(this::runAll);
        }
        return null;
    }

    private void runAll() {
        for (Job<?> job = next(); job != null; job = next()) {
            Runnable answer = job.compute();
            // Before the result, whose receiver may submit the next job.
            release(job);
            try {
                answer.run();
            } catch (RuntimeException | Error e) {
                log.error("Password hashing result was not delivered", e);
            }
        }
    }

    /** Removes the first job of the next account, and moves that account to the end. */
    private synchronized @Nullable Job<?> next() {
        Iterator<Map.Entry<String, ArrayDeque<Job<?>>>> accounts =
                pending.entrySet().iterator();
        if (!accounts.hasNext()) {
            busyThreads--;
            return null;
        }
        Map.Entry<String, ArrayDeque<Job<?>>> turn = accounts.next();
        String account = turn.getKey();
        ArrayDeque<Job<?>> jobs = turn.getValue();
        accounts.remove();
        Job<?> job = jobs.remove();
        if (!jobs.isEmpty()) {
            pending.put(account, jobs);
        }
        return job;
    }

    private synchronized void remove(Job<?> job) {
        String account = job.attempt().account();
        ArrayDeque<Job<?>> jobs = pending.get(account);
        if (jobs != null && jobs.remove(job)) {
            if (jobs.isEmpty()) {
                pending.remove(account);
            }
            release(job);
        }
    }

    private synchronized void release(Job<?> job) {
        inFlight--;
        decrement(ofAccount, job.attempt().account());
        if (job.attempt().client() != null) {
            decrement(ofClient, job.attempt().client());
        }
    }

    private static void decrement(Map<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Compared by identity: two attempts may be equal. */
    private static final class Job<T> {

        private final SignInAttempt attempt;
        private final Callable<T> work;
        private final MonoSink<T> sink;

        Job(SignInAttempt attempt, Callable<T> work, MonoSink<T> sink) {
            this.attempt = attempt;
            this.work = work;
            this.sink = sink;
        }

        SignInAttempt attempt() {
            return attempt;
        }

        @SuppressWarnings("CatchingUnchecked") // passed on to the subscriber; the thread continues
        Runnable compute() {
            try {
                T result = work.call();
                return () -> sink.success(result);
            } catch (Exception | Error e) {
                return () -> sink.error(e);
            }
        }
    }
}
