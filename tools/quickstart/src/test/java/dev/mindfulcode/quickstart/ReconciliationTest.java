package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mindfulcode.benchmarks.aalto.AaltoFolder;
import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.Credentials;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.load.Importer;
import dev.mindfulcode.benchmarks.load.LoadState;
import dev.mindfulcode.benchmarks.load.LoadTotals;
import dev.mindfulcode.benchmarks.load.Reconciliation;
import dev.mindfulcode.benchmarks.load.SimulatedCorpus;
import dev.mindfulcode.benchmarks.typing.Corpus;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every accepted keystroke is counted in the read model exactly once: over HTTP, through Kafka and the topology, into
 * Postgres.
 */
@Timeout(900)
class ReconciliationTest {

    private static final Duration RECONCILIATION_TIMEOUT = Duration.ofMinutes(4);

    /**
     * Of 195: signing in costs a third of a second of a core each, and the pipeline has nothing more to show with all
     * of them.
     */
    private static final int PARTICIPANTS = 16;

    @TempDir
    private static Path folder;

    private static int port;
    private static ForkedRun system;
    private static URI origin;

    @BeforeAll
    static void start() throws Exception {
        port = ForkedRun.freePort();
        origin = URI.create("http://localhost:" + port);
        system = ForkedRun.start(folder.resolve("data"), port).awaitReady(origin);
    }

    @AfterAll
    static void stop() throws Exception {
        system.close();
    }

    @Test
    void countsSimulatedKeystrokesOnceWhenImportedTwice() throws Exception {
        reconcileTwice(new SimulatedCorpus(TypingModel.committed(), 21, 8, 6_000), 8 * 6_000);
    }

    @Test
    void countsRealKeystrokesOnceWhenImportedTwice() throws Exception {
        String data = System.getenv("MINDFUL_DATA");
        assumeTrue(data != null, "not run: MINDFUL_DATA is not set");
        AaltoFolder corpus = AaltoFolder.open(Path.of(data, "aalto136m"), PARTICIPANTS);
        long keystrokes =
                corpus.readAll().stream().mapToLong(Recording::keystrokes).sum();
        assertThat(keystrokes).isGreaterThan(10_000);
        reconcileTwice(corpus, keystrokes);
    }

    @Test
    void countsKeystrokesOnceAcrossKillAndRestart() throws Exception {
        Corpus corpus = new SimulatedCorpus(TypingModel.committed(), 22, 10, 24_000);
        TestUser leaving = TestUser.register(origin);
        leaving.type(leaving.startSession(), 0, 20);
        String receipt = purged(leaving);
        try (ApiClient api = new ApiClient(origin);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            LoadTotals tally = new LoadTotals();
            CompletableFuture<Void> running = CompletableFuture.runAsync(
                    () -> send((credentials, isNew) -> Account.signIn(api, credentials, isNew), corpus, tally),
                    threads);
            while (tally.keystrokesAccepted() < 60_000 && !running.isDone()) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            system.killWithMinus9();
            assertThat(running).as("the import was over before the kill").isNotDone();
            system = ForkedRun.start(folder.resolve("data"), port).awaitReady(origin);
            running.join();
            assertThat(tally.outcome().keystrokesAccepted()).isEqualTo(240_000);
            assertThat(api.retries()).as("requests that had to be repeated").isPositive();
            assertSettled(tally);
            Eventually.holds(
                    "the purge is complete",
                    () -> TestUser.JSON
                            .readTree(Requests.get(origin, receipt).body())
                            .path("state")
                            .asString()
                            .equals("complete"));
        }
    }

    /** Returns the address of the receipt. */
    private static String purged(TestUser user) throws Exception {
        HttpResponse<String> accepted =
                user.delete("/api/privacy/purge", "{\"current_password\": \"" + user.password + "\"}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return TestUser.JSON.readTree(accepted.body()).path("status_url").asString();
    }

    private static void reconcileTwice(Corpus corpus, long keystrokes) throws Exception {
        try (ApiClient api = new ApiClient(origin)) {
            Map<Credentials, Account> accounts = new ConcurrentHashMap<>();
            for (int run = 1; run <= 2; run++) {
                LoadTotals tally = new LoadTotals();
                send(onceEach(api, accounts), corpus, tally);
                assertThat(tally.outcome().batchesRefused()).isEmpty();
                assertThat(tally.outcome().keystrokesAccepted()).isEqualTo(keystrokes);
                if (run == 2) {
                    assertSettled(tally);
                } else {
                    assertEqual(tally.senders());
                }
            }
        }
    }

    /** Passwords are slow to check on purpose, and the second import is about batches: who has signed in stays so. */
    private static Importer.SignIn onceEach(ApiClient api, Map<Credentials, Account> accounts) {
        return (credentials, isNew) -> {
            Account known = accounts.get(credentials);
            if (known == null) {
                known = Account.signIn(api, credentials, isNew);
                accounts.put(credentials, known);
            }
            return known;
        };
    }

    private static void send(Importer.SignIn signIn, Corpus corpus, LoadTotals tally) {
        try {
            LoadState state = LoadState.open(folder.resolve("state"), Clock.systemUTC());
            new Importer(signIn, state, Importer.AS_FAST_AS_ACCEPTED, share -> {}).run(corpus, tally);
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /**
     * Equal, and not only because the read model has yet to see the duplicates: one more keystroke a person goes behind
     * them through the same partition, and once it shows, all before it has been dealt with.
     */
    private static void assertSettled(LoadTotals tally) throws Exception {
        List<LoadTotals.Sender> people = new ArrayList<>();
        for (LoadTotals.Sender person : tally.senders()) {
            long now = System.currentTimeMillis();
            UUID session = DeterministicIds.of(now, person.name() + "/after/" + now);
            person.account().startSession(session, now, "reconciliation", "text", "test");
            Batch one = new Batch(
                    DeterministicIds.of(now, session.toString()),
                    session,
                    0,
                    now,
                    new int[] {0},
                    new byte[] {0},
                    new int[] {80},
                    List.of());
            assertThat(person.account().send(List.of(one)).batchesAccepted()).isEqualTo(1);
            people.add(new LoadTotals.Sender(
                    person.name(),
                    person.account(),
                    person.expected() + 1,
                    person.from(),
                    Instant.now().plusSeconds(120)));
        }
        assertEqual(people);
    }

    private static void assertEqual(List<LoadTotals.Sender> people) throws Exception {
        Reconciliation found = Reconciliation.of(people, RECONCILIATION_TIMEOUT);
        assertThat(found.unequal()).as("people whose keystrokes differ").isEmpty();
        assertThat(found.found()).isEqualTo(found.expected());
    }
}
