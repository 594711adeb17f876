package dev.mindfulcode.benchmarks.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SessionPlanTest {

    private static final long SHIFT = 1_000_000_000_000L;

    @Test
    void preservesPressTimesToTheMillisecond() {
        Recording recording = new Typist(TypingModel.committed(), 3).record("p", 1_000);
        List<SessionPlan> sessions = SessionPlan.of(recording, "p", SHIFT);
        assertThat(sessions).hasSize(1);
        long[] times = sessions.getFirst().batches().stream()
                .flatMapToLong(batch -> {
                    long[] at = new long[batch.keystrokes()];
                    long clock = batch.startedAtMs();
                    for (int i = 0; i < at.length; i++) {
                        clock += batch.intervalsMs()[i];
                        at[i] = clock - SHIFT;
                    }
                    return Arrays.stream(at);
                })
                .toArray();
        assertThat(times).isEqualTo(recording.pressMs());
        assertThat(sessions.getFirst().batches())
                .allSatisfy(batch -> assertThat(batch.keystrokes()).isBetween(1, SessionPlan.BATCH_KEYSTROKES_MAX));
    }

    @Test
    void startsSessionsAfterHalfAnHourAndBatchesAfterAMinute() {
        long[] press = {0, 200, 70_000, 70_300, 2_000_000, 2_000_100};
        Recording recording = new Recording("p", press, new byte[6], new int[6]);
        List<SessionPlan> sessions = SessionPlan.of(recording, "p", SHIFT);
        assertThat(sessions).extracting(SessionPlan::startedAtMs).containsExactly(SHIFT, SHIFT + 2_000_000);
        assertThat(sessions.getFirst().batches())
                .extracting(
                        batch -> List.of(batch.sequence(), batch.startedAtMs() - SHIFT, (long) batch.intervalsMs()[0]))
                .containsExactly(List.of(0L, 0L, 0L), List.of(1L, 70_000L, 0L));
        assertThat(sessions.getLast().batches().getFirst().sequence()).isZero();
    }

    @Test
    void firstIntervalStartsAtThePreviousBatch() {
        long[] press = new long[61];
        Arrays.setAll(press, i -> i * 150L);
        List<Batch> batches = SessionPlan.of(new Recording("p", press, new byte[61], new int[61]), "p", SHIFT)
                .getFirst()
                .batches();
        assertThat(batches).hasSize(2);
        assertThat(batches.getLast().startedAtMs() - SHIFT).isEqualTo(59 * 150);
        assertThat(batches.getLast().intervalsMs()).containsExactly(150);
    }

    @Test
    void idsAreVersion7AndTheSameAgainAndNobodyElses() {
        Recording recording = new Typist(TypingModel.committed(), 3).record("p", 100);
        UUID id = SessionPlan.of(recording, "p", SHIFT).getFirst().id();
        assertThat(id)
                .isEqualTo(SessionPlan.of(recording, "p", SHIFT).getFirst().id());
        assertThat(id)
                .isNotEqualTo(SessionPlan.of(recording, "q", SHIFT).getFirst().id());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(SHIFT);
    }

    @Test
    void writesBatchesInTheApiFormat() {
        StringBuilder json = new StringBuilder();
        new Batch(
                        new UUID(1, 2),
                        new UUID(3, 4),
                        7,
                        1_700_000_000_000L,
                        new int[] {0, 120},
                        new byte[] {KeyClass.LETTER.code(), KeyClass.DELETE.code()},
                        new int[] {80, 95},
                        List.of(
                                new Batch.Signal(50, SignalKind.TEST, 0),
                                new Batch.Signal(60, SignalKind.DIAGNOSTICS, 3),
                                new Batch.Signal(70, SignalKind.FILE_SWITCH, 0)))
                .appendJson(json);
        assertThat(json)
                .hasToString("{\"batch_id\":\"00000000-0000-0001-0000-000000000002\","
                        + "\"session_id\":\"00000000-0000-0003-0000-000000000004\",\"sequence\":7,"
                        + "\"started_at\":1700000000000,\"intervals_ms\":[0,120],\"key_classes\":\"LX\","
                        + "\"dwells_ms\":[80,95],\"signals\":["
                        + "{\"at_ms\":50,\"kind\":\"test\",\"value\":\"failed\"},"
                        + "{\"at_ms\":60,\"kind\":\"diagnostics\",\"value\":3},"
                        + "{\"at_ms\":70,\"kind\":\"file_switch\"}]}");
    }
}
