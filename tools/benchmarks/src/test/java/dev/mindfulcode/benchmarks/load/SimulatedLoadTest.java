package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.schemas.SignalKind;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class SimulatedLoadTest {

    private static final TypingModel MODEL = TypingModel.committed();
    private static final long NOW = 1_700_000_000_000L;

    @TempDir
    private Path data;

    @Test
    void neverSendsEventTimesAheadOfTheClock() {
        for (double rate : new double[] {0.3, 2, 4, 20, 500}) {
            long total = (long) (rate * 1_200);
            SimulatedUser person = new SimulatedUser(MODEL, "p", 11, rate, total, NOW);
            long keystrokes = 0;
            long clock = Long.MIN_VALUE;
            Set<String> numbers = new HashSet<>();
            while (!person.isDone()) {
                long due = person.dueMs();
                Batch batch = person.next();
                keystrokes += batch.keystrokes();
                assertThat(batch.startedAtMs()).as("rate " + rate).isGreaterThanOrEqualTo(clock);
                clock = batch.startedAtMs();
                for (int interval : batch.intervalsMs()) {
                    assertThat(interval).isNotNegative();
                    clock += interval;
                }
                assertThat(clock).isEqualTo(person.clockMs());
                assertThat(clock).as("rate " + rate).isLessThanOrEqualTo(due);
                assertThat(numbers.add(batch.sessionId() + "/" + batch.sequence()))
                        .isTrue();
            }
            assertThat(keystrokes).isEqualTo(total);
            assertThat(clock).isBetween(NOW + 900_000, NOW + 1_200_000);
        }
    }

    @Test
    void reachesTheRateAndReconcilesOnRepetition() throws Exception {
        try (StubServer server = new StubServer();
                ApiClient api = new ApiClient(server.uri())) {
            for (int run = 1; run <= 2; run++) {
                SimulatedLoad load = new SimulatedLoad(MODEL, 1, 40, 3_000, 2, false);
                LoadTotals tally = new LoadTotals();
                load.signIn(api, LoadState.open(data, Clock.systemUTC()), tally, () -> {});
                double seconds = load.type(tally, keystrokes -> {});
                assertThat(tally.outcome().keystrokesAccepted())
                        .isEqualTo(load.keystrokes())
                        .isEqualTo(6_000);
                assertThat(seconds).isBetween(1.9, 3.5);
                assertThat(Reconciliation.of(tally.senders(), Duration.ZERO).isEqual())
                        .isTrue();
                assertThat(server.keystrokes()).isEqualTo(run * 6_000L);
            }
        }
    }

    @Test
    void reportsTooFewUsersForARate() {
        assertThat(new SimulatedLoad(MODEL, 1, 1, 100_000, 600, false).longestTyping())
                .isGreaterThan(Duration.ofDays(28));
        assertThat(new SimulatedLoad(MODEL, 1, 100, 300, 600, false).longestTyping())
                .isLessThan(Duration.ofHours(2));
    }

    @Test
    void demoTypesInRealTimeWithSignalsAndBreaks() {
        DemoScript script = new DemoScript(MODEL, 4);
        UUID session = script.startSession(NOW);
        long keystrokes = 0;
        long longestGapMs = 0;
        long last = NOW;
        long sequence = 0;
        EnumSet<SignalKind> kinds = EnumSet.noneOf(SignalKind.class);
        for (long now = NOW + 1_000; now <= NOW + 3_600_000; now += 1_000) {
            Batch batch = script.until(now);
            if (batch == null) {
                continue;
            }
            assertThat(batch.sessionId()).isEqualTo(session);
            assertThat(batch.sequence()).isEqualTo(sequence++);
            long clock = batch.startedAtMs();
            for (int interval : batch.intervalsMs()) {
                assertThat(interval).isNotNegative();
                clock += interval;
                longestGapMs = Math.max(longestGapMs, clock - last);
                last = clock;
            }
            assertThat(clock).isLessThanOrEqualTo(now);
            for (Batch.Signal signal : batch.signals()) {
                kinds.add(signal.kind());
                assertThat(signal.atMs()).isNotNegative();
                assertThat(batch.startedAtMs() + signal.atMs()).isLessThanOrEqualTo(now);
            }
            keystrokes += batch.keystrokes();
        }
        assertThat(keystrokes).isBetween(3_000L, 25_000L);
        assertThat(kinds)
                .contains(SignalKind.FILE_SWITCH, SignalKind.TEST, SignalKind.FOCUS_LOST, SignalKind.FOCUS_GAINED);
        assertThat(longestGapMs).as("time away").isGreaterThan(20_000);
    }
}
