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

    private void inputs(int count) {
        for (int i = 0; i < count; i++) {
            rounds.input();
        }
    }
}
