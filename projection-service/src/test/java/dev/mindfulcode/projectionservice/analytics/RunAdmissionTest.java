package dev.mindfulcode.projectionservice.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunAdmissionTest {

    private static final UUID ADA = new UUID(0, 1);
    private static final UUID BOB = new UUID(0, 2);

    @Test
    void limitsRunsOfOneUserBelowTheWhole() {
        List<RunSpec> waiting = runs(ADA, 20);
        RunAdmission admission = RunAdmission.decide(waiting, List.of(), 16);
        assertThat(admission.start()).isEqualTo(waiting.subList(0, 4));
        assertThat(admission.overLimit()).isEqualTo(waiting.subList(4, 20));
    }

    @Test
    void startsRunsOfOtherUsersWhileOneIsOverTheLimit() {
        List<RunSpec> bobs = runs(BOB, 2);
        List<RunSpec> waiting =
                Stream.concat(runs(ADA, 5).stream(), bobs.stream()).toList();
        RunAdmission admission = RunAdmission.decide(waiting, Collections.nCopies(4, ADA), 16);
        assertThat(admission.start()).isEqualTo(bobs);
        assertThat(admission.overLimit()).hasSize(5);
    }

    @Test
    void prefersUsersWithFewestActiveRuns() {
        List<RunSpec> adas = runs(ADA, 2);
        List<RunSpec> bobs = runs(BOB, 1);
        List<RunSpec> waiting = Stream.concat(adas.stream(), bobs.stream()).toList();
        RunAdmission admission = RunAdmission.decide(waiting, List.of(ADA, new UUID(0, 3)), 8);
        assertThat(admission.start()).containsExactly(bobs.getFirst(), adas.getFirst());
        assertThat(admission.overLimit()).containsExactly(adas.getLast());
    }

    @Test
    void startsCancelledRunsRegardlessOfTheLimit() {
        RunSpec cancelled = new RunSpec(new UUID(1, 9), 0, ADA, null, null, null, null, true, ZoneOffset.UTC);
        RunAdmission admission = RunAdmission.decide(List.of(cancelled), Collections.nCopies(4, ADA), 16);
        assertThat(admission.start()).containsExactly(cancelled);
    }

    @Test
    void startsNothingWhenAllPlacesAreInUse() {
        List<UUID> active =
                IntStream.range(10, 26).mapToObj(i -> new UUID(0, i)).toList();
        RunAdmission admission = RunAdmission.decide(runs(ADA, 3), active, 16);
        assertThat(admission.start()).isEmpty();
        assertThat(admission.overLimit()).isEmpty();
    }

    @Test
    void allowsOneRunPerUserAtLeast() {
        assertThat(RunAdmission.decide(runs(ADA, 2), List.of(), 1).start()).hasSize(1);
        assertThat(RunAdmission.userRunsMax(1)).isEqualTo(1);
        assertThat(RunAdmission.userRunsMax(1_000)).isEqualTo(250);
    }

    private static List<RunSpec> runs(UUID user, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new RunSpec(
                        new UUID(user.getLeastSignificantBits(), i),
                        0,
                        user,
                        null,
                        null,
                        null,
                        null,
                        false,
                        ZoneOffset.UTC))
                .toList();
    }
}
