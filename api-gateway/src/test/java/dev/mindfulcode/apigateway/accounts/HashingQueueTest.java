package dev.mindfulcode.apigateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashingQueueTest {

    private static final int WAIT_MAX_SECONDS = 30;

    private final HashingQueue queue = new HashingQueue();
    private final List<CountDownLatch> gates = new ArrayList<>();
    private final List<String> run = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        gates.forEach(CountDownLatch::countDown);
        queue.close();
    }

    @Test
    void servesAccountsInTurn() {
        occupyThreads();
        List<CompletableFuture<String>> results = new ArrayList<>();
        for (String name : List.of("ada 1", "ada 2", "ada 3", "bob 1", "cy 1")) {
            results.add(submit(name.substring(0, name.indexOf(' ')), null, name));
        }

        gates.getFirst().countDown(); // one thread: the order is seen

        results.forEach(CompletableFuture::join);
        assertThat(run).containsExactly("ada 1", "bob 1", "cy 1", "ada 2", "ada 3");
    }

    @Test
    void limitsJobsInFlightPerAccount() {
        occupyThreads();
        List<CompletableFuture<String>> accepted = new ArrayList<>();
        for (int i = 0; i < HashingQueue.IN_FLIGHT_OF_ACCOUNT_MAX; i++) {
            accepted.add(submit("ada", null, "check"));
        }

        assertThat(refusal(submit("ada", null, "one more"))).isEqualTo(ProblemType.RATE_LIMITED);

        CompletableFuture<String> other = submit("bob", null, "other");
        gates.forEach(CountDownLatch::countDown);
        assertThat(other.join()).isEqualTo("other");
        accepted.forEach(CompletableFuture::join);
        assertThat(submit("ada", null, "later").join())
                .as("places are free again")
                .isEqualTo("later");
    }

    @Test
    void limitsJobsInFlightPerClient() {
        occupyThreads();
        for (int i = 0; i < HashingQueue.IN_FLIGHT_OF_CLIENT_MAX; i++) {
            assertThat(submit("account " + i, "203.0.113.1", "check").isDone()).isFalse();
        }

        assertThat(refusal(submit("another", "203.0.113.1", "check"))).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(submit("another", "203.0.113.2", "check").isDone()).isFalse();
    }

    @Test
    void refusesWithRetryAfterWhenFull() {
        occupyThreads();
        for (int i = 0; i < HashingQueue.PENDING_MAX; i++) {
            assertThat(submit("account " + i, null, "check").isDone()).isFalse();
        }

        CompletableFuture<String> refused = submit("another", null, "check");

        assertThat(refusal(refused)).isEqualTo(ProblemType.UNAVAILABLE);
        assertThat(refused.handle((_, e) -> ((ProblemException) cause(e)).retryAfterSeconds())
                        .join())
                .isEqualTo(HashingQueue.RETRY_AFTER_SECONDS);
    }

    @Test
    void dropsCancelledJobs() {
        occupyThreads();
        for (int i = 0; i < HashingQueue.IN_FLIGHT_OF_ACCOUNT_MAX; i++) {
            submit("ada", null, "hung up").cancel(true);
        }

        CompletableFuture<String> next = submit("ada", null, "next");
        gates.forEach(CountDownLatch::countDown);

        assertThat(next.join()).isEqualTo("next");
        assertThat(run).containsExactly("next");
    }

    @Test
    void failsOnlyTheCallerOfFailedWork() {
        CompletableFuture<String> failed = queue.<String>submit(new SignInAttempt("ada", null), () -> {
                    throw new IllegalStateException("no hash");
                })
                .toFuture();
        assertThat(failed.handle((_, e) -> cause(e)).join()).hasMessage("no hash");
        for (int i = 0; i < 2 * HashingQueue.IN_FLIGHT_OF_ACCOUNT_MAX; i++) {
            assertThat(submit("ada", null, "fine").join()).isEqualTo("fine");
        }
    }

    private CompletableFuture<String> submit(String account, @Nullable String client, String name) {
        return queue.submit(new SignInAttempt(account, client), () -> {
                    run.add(name);
                    return name;
                })
                .toFuture();
    }

    /** Keeps all threads busy until their gates open. */
    private void occupyThreads() {
        CountDownLatch begun = new CountDownLatch(HashingQueue.CONCURRENT_MAX);
        for (int i = 0; i < HashingQueue.CONCURRENT_MAX; i++) {
            CountDownLatch gate = new CountDownLatch(1);
            gates.add(gate);
            queue.submit(new SignInAttempt("occupier " + i, null), () -> {
                        begun.countDown();
                        return gate.await(WAIT_MAX_SECONDS, TimeUnit.SECONDS);
                    })
                    .subscribe(_ -> {}, _ -> {});
        }
        try {
            assertThat(begun.await(WAIT_MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProblemType refusal(CompletableFuture<String> refused) {
        return refused.handle((_, e) -> ((ProblemException) cause(e)).type()).join();
    }

    private static Throwable cause(@Nullable Throwable e) {
        return Objects.requireNonNull(e instanceof CompletionException ? e.getCause() : e, "no failure");
    }
}
