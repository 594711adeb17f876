package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.typing.Corpus;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ImporterTest {

    private static final Corpus CORPUS = new SimulatedCorpus(TypingModel.committed(), 5, 12, 7_000);
    private static final long KEYSTROKES = 12 * 7_000;

    @TempDir
    private Path data;

    private StubServer server;
    private final DoubleAdder progress = new DoubleAdder();

    @BeforeEach
    void start() throws IOException {
        server = new StubServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private record Run(LoadTotals tally, Reconciliation reconciliation) {}

    private Run run(Clock clock) throws Exception {
        LoadTotals tally = new LoadTotals();
        try (ApiClient api = new ApiClient(server.uri())) {
            new Importer(
                            (credentials, isNew) -> Account.signIn(api, credentials, isNew),
                            LoadState.open(data, clock),
                            Importer.AS_FAST_AS_ACCEPTED,
                            progress::add)
                    .run(CORPUS, tally);
            return new Run(tally, Reconciliation.of(tally.senders(), Duration.ofSeconds(5)));
        }
    }

    private void assertAllArrived(Run run) {
        assertThat(run.tally.outcome().keystrokesAccepted()).isEqualTo(KEYSTROKES);
        assertThat(run.reconciliation).satisfies(found -> {
            assertThat(found.expected()).isEqualTo(KEYSTROKES);
            assertThat(found.found()).isEqualTo(KEYSTROKES);
            assertThat(found.isEqual()).isTrue();
        });
        assertThat(server.keystrokes()).isEqualTo(KEYSTROKES);
    }

    @Test
    void sendsAllKeystrokesInFewRequests() throws Exception {
        assertAllArrived(run(Clock.systemUTC()));
        assertThat(progress.sum()).isBetween(11.999, 12.001);
        // 117 batches of 60 and a few more at long pauses: two requests of up to 100 a person.
        assertThat(server.keystrokeRequests.get()).isEqualTo(24);
        assertThat(server.registrations.get()).isEqualTo(12);
    }

    @Test
    void sendsTheSameBytesDaysLater() throws Exception {
        Instant now = Instant.now();
        run(Clock.fixed(now, ZoneOffset.UTC));
        Map<String, String> first = server.batches();
        server.close();
        server = new StubServer();
        run(Clock.fixed(now.plus(Duration.ofDays(9)), ZoneOffset.UTC));
        assertThat(server.batches().keySet()).isEqualTo(first.keySet());
        assertThat(server.batches()).isEqualTo(first);
    }

    @Test
    void sendsTheTimeOfEachAttempt() throws Exception {
        server.overloaded.set(20);
        long beforeMs = System.currentTimeMillis();
        run(Clock.systemUTC());
        assertThat(server.sentAtMs)
                .hasSize(server.keystrokeRequests.get())
                .allMatch(ms -> ms >= beforeMs && ms <= System.currentTimeMillis());
    }

    @Test
    void isIdempotent() throws Exception {
        run(Clock.systemUTC());
        assertAllArrived(run(Clock.systemUTC()));
        assertThat(server.registrations.get()).as("known people only sign in").isEqualTo(12);
        assertThat(server.sessions()).isEqualTo(12);
    }

    @Test
    void retriesAfterOverloadAndLostResponses() throws Exception {
        server.overloaded.set(20);
        server.answersLost.set(9);
        assertAllArrived(run(Clock.systemUTC()));
    }

    @Test
    void survivesServerRestarts() throws Exception {
        int port = server.uri().getPort();
        server.close();
        Thread back = Thread.ofVirtual().start(() -> {
            try {
                server = new StubServer(port);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try (ApiClient api = new ApiClient(server.uri())) {
            LoadTotals tally = new LoadTotals();
            new Importer(
                            (credentials, isNew) -> Account.signIn(api, credentials, isNew),
                            LoadState.open(data, Clock.systemUTC()),
                            Importer.AS_FAST_AS_ACCEPTED,
                            progress::add)
                    .run(CORPUS, tally);
            back.join();
            assertThat(Reconciliation.of(tally.senders(), Duration.ZERO).isEqual())
                    .isTrue();
        }
    }

    @Test
    void renewsExpiredTokens() throws Exception {
        server.tokensRunOutAfter.set(5);
        assertAllArrived(run(Clock.systemUTC()));
    }

    @Test
    void countsRefusedBatchesByReasonAndContinues() throws Exception {
        server.refused = batch -> batch.path("sequence").asLong() == 3;
        Run run = run(Clock.systemUTC());
        assertThat(run.tally.outcome().batchesRefused()).isEqualTo(Map.of("invalid-batch", 12L));
        assertThat(run.tally.outcome().keystrokesSent()).isEqualTo(KEYSTROKES);
        assertThat(run.tally.outcome().keystrokesAccepted())
                .isLessThan(KEYSTROKES)
                .isEqualTo(server.keystrokes());
        assertThat(run.reconciliation.isEqual()).isTrue();
    }

    @Test
    void reportsMissingKeystrokesByPerson() throws Exception {
        try (ApiClient api = new ApiClient(server.uri())) {
            LoadTotals tally = new LoadTotals();
            new Importer(
                            (credentials, isNew) -> Account.signIn(api, credentials, isNew),
                            LoadState.open(data, Clock.systemUTC()),
                            Importer.AS_FAST_AS_ACCEPTED,
                            progress::add)
                    .run(CORPUS, tally);
            List<LoadTotals.Sender> people = new ArrayList<>(tally.senders());
            LoadTotals.Sender one = people.removeFirst();
            people.add(new LoadTotals.Sender(one.name(), one.account(), one.expected() + 1, one.from(), one.to()));
            Reconciliation found = Reconciliation.of(people, Duration.ofMillis(1));
            assertThat(found.isEqual()).isFalse();
            assertThat(found.expected()).isEqualTo(KEYSTROKES + 1);
            assertThat(found.found()).isEqualTo(KEYSTROKES);
            assertThat(found.unequal()).containsExactly(one.name());
        }
    }

    @Test
    void explainsAccountsOfAnotherDataFolder() throws Exception {
        run(Clock.systemUTC());
        Files.delete(data.resolve("load.properties"));
        assertThatThrownBy(() -> run(Clock.systemUTC()))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("another data folder");
    }

    @Test
    void protectsItsSecret() throws Exception {
        LoadState state = LoadState.open(data, Clock.systemUTC());
        assertThat(Files.getPosixFilePermissions(data.resolve("load.properties")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(state.credentials("a").toString())
                .doesNotContain(state.credentials("a").password());
        assertThat(state.credentials("a"))
                .isEqualTo(LoadState.open(data, Clock.systemUTC()).credentials("a"));
        assertThat(state.credentials("a").password())
                .isNotEqualTo(state.credentials("b").password());
        Files.writeString(data.resolve("load.properties"), "secret=x\nanchor_ms=1\n");
        assertThatThrownBy(() -> LoadState.open(data, Clock.systemUTC()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
    }
}
