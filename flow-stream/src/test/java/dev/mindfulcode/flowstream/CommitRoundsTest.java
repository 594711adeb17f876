package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitRoundsTest {

    private static final long NOW_MS = 1_800_000_000_000L;

    private final CommitRounds rounds = new CommitRounds();

    @Test
    void isQuietWhileFewRecordsCome() {
        for (int second = 0; second < 10; second++) {
            inputs(CommitRounds.INPUTS_PER_SECOND_MAX);
            assertThat(rounds.isQuiet(NOW_MS + 1_000 * second)).isTrue();
        }
    }

    @Test
    void isBusyUntilASecondAfterAFlood() {
        rounds.isQuiet(NOW_MS);
        inputs(CommitRounds.INPUTS_PER_SECOND_MAX + 1);

        assertThat(rounds.isQuiet(NOW_MS + 100)).isFalse();
        assertThat(rounds.isQuiet(NOW_MS + 1_000)).isFalse();
        assertThat(rounds.isQuiet(NOW_MS + 1_500)).isFalse();
        rounds.isQuiet(NOW_MS + 2_000);
        assertThat(rounds.isQuiet(NOW_MS + 2_100)).isTrue();
    }

    @Test
    void survivesAWallClockThatStepsBack() {
        rounds.isQuiet(NOW_MS);
        inputs(CommitRounds.INPUTS_PER_SECOND_MAX + 1);
        rounds.isQuiet(NOW_MS - 1_000_000);
        rounds.isQuiet(NOW_MS - 1_000_000 + 1_000);

        assertThat(rounds.isQuiet(NOW_MS - 1_000_000 + 1_100)).isTrue();
        assertThat(rounds.needsCommit(NOW_MS, NOW_MS)).isTrue();
        assertThat(rounds.needsCommit(NOW_MS - 1_000_000, NOW_MS - 999_990)).isTrue();
    }

    @Test
    void commitsOncePerThreadForEverythingWrittenBefore() {
        assertThat(rounds.needsCommit(NOW_MS, NOW_MS + 100)).isTrue();
        assertThat(rounds.needsCommit(NOW_MS + 10, NOW_MS + 110)).isFalse();
        assertThat(rounds.needsCommit(NOW_MS + 100, NOW_MS + 150)).isTrue();
    }

    /** Otherwise a thread whose commits take a second commits all the time, and its backlog only grows. */
    @Test
    void processesFourTimesAsLongAsACommitTook() {
        commitThenTick(NOW_MS, NOW_MS + 250);
        assertThat(rounds.mustProcess(NOW_MS + 250)).isFalse();

        commitThenTick(NOW_MS + 250, NOW_MS + 1_500);
        rounds.tick(NOW_MS + 1_500, NOW_MS + 1_550);
        assertThat(rounds.mustProcess(NOW_MS + 5_499)).isTrue();
        assertThat(rounds.mustProcess(NOW_MS + 5_500)).isFalse();
    }

    @Test
    void processesForFiveSecondsAfterALongStallOrAStepBack() {
        commitThenTick(NOW_MS, NOW_MS + 3_600_000);
        assertThat(rounds.mustProcess(NOW_MS + 3_600_000 + 4_999)).isTrue();
        assertThat(rounds.mustProcess(NOW_MS + 3_600_000 + 5_000)).isFalse();
        assertThat(rounds.mustProcess(NOW_MS)).isFalse();

        commitThenTick(NOW_MS, NOW_MS + 300);
        assertThat(rounds.mustProcess(NOW_MS + 499)).isTrue();
        assertThat(rounds.mustProcess(NOW_MS + 500)).isFalse();
    }

    @Test
    void commitsAtOnceAfterAPauseThatWasNoCommit() {
        rounds.tick(NOW_MS, NOW_MS + 3_600_000);
        assertThat(rounds.mustProcess(NOW_MS + 3_600_000)).isFalse();
    }

    private void commitThenTick(long commitMs, long tickMs) {
        rounds.needsCommit(commitMs, commitMs);
        rounds.tick(commitMs, tickMs);
    }

    private void inputs(int count) {
        for (int i = 0; i < count; i++) {
            rounds.input();
        }
    }
}
