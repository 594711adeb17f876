package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds of the share of active time in flow, for kinds of typing. */
class PersonaTest {
    private static final long MINUTE_MS = Persona.MINUTE_MS;
    private static final double TROUBLED_MAX = 0.10;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mostlyDeletingIsStruggling(long seed) {
        Persona person = known(seed);
        assertThat(person.shareInFlow(() -> person.delete(25 * MINUTE_MS, 0.6))).isLessThanOrEqualTo(TROUBLED_MAX);
        assertThat(person.reasons().getLast()).isEqualTo(FlowReason.STRUGGLING);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void buildsThatFailEveryTenSecondsAreStruggling(long seed) {
        Persona person = known(seed);
        assertThat(person.shareInFlow(() -> person.workWithSignals(25 * MINUTE_MS, 10_000, EventCodes.SIGNAL_BUILD, 0)))
                .isLessThanOrEqualTo(TROUBLED_MAX);
        assertThat(person.reasons().getLast()).isEqualTo(FlowReason.STRUGGLING);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aFileSwitchEveryFiveSecondsIsFragmented(long seed) {
        Persona person = known(seed);
        assertThat(person.shareInFlow(
                        () -> person.workWithSignals(25 * MINUTE_MS, 5_000, EventCodes.SIGNAL_FILE_SWITCH, 0)))
                .isLessThanOrEqualTo(TROUBLED_MAX);
        assertThat(person.reasons().getLast()).isEqualTo(FlowReason.FRAGMENTED);
    }

    /** The same three from the first keystroke on: a person of whom nothing is known. */
    @Test
    void troubleOfAStrangerIsNotFlow() {
        Persona deleting = Persona.usual(1);
        assertThat(deleting.shareInFlow(() -> deleting.delete(25 * MINUTE_MS, 0.6)))
                .isZero();
        Persona failing = Persona.usual(2);
        assertThat(failing.shareInFlow(
                        () -> failing.workWithSignals(25 * MINUTE_MS, 10_000, EventCodes.SIGNAL_BUILD, 0)))
                .isZero();
        Persona switching = Persona.usual(3);
        assertThat(switching.shareInFlow(
                        () -> switching.workWithSignals(25 * MINUTE_MS, 5_000, EventCodes.SIGNAL_FILE_SWITCH, 0)))
                .isZero();
    }

    @Test
    void aHeldKeyIsNeverFlow() {
        for (int intervalMs : new int[] {16, 30, 33, 90}) {
            Persona held = Persona.usual(intervalMs);
            assertThat(held.shareInFlow(() -> held.repeat(40 * MINUTE_MS, intervalMs, 0)))
                    .isZero();
            Persona jittered = Persona.usual(intervalMs);
            assertThat(jittered.shareInFlow(() -> jittered.repeat(40 * MINUTE_MS, intervalMs, 1)))
                    .isZero();
        }
    }

    @Test
    void aMetronomeIsNeverFlow() {
        for (int intervalMs : new int[] {120, 200, 500, 1_500, 3_000, 8_000}) {
            Persona metronome = Persona.usual(intervalMs);
            assertThat(metronome.shareInFlow(() -> metronome.repeat(60 * MINUTE_MS, intervalMs, intervalMs / 20)))
                    .as("every %d ms", intervalMs)
                    .isZero();
        }
    }

    @Test
    void oneKeyEveryFourteenSecondsIsNeverFlow() {
        Persona person = Persona.usual(1);
        assertThat(person.shareInFlow(() -> person.repeat(60 * MINUTE_MS, 14_000, 500)))
                .isZero();
    }

    @Test
    void anArrowKeyHeldForSecondsDoesNotEndFlow() {
        Persona person = known(5);
        long interruptions = person.session().interruptions();
        person.repeat(8_000, 30, 0);
        assertThat(person.session().interruptions()).isEqualTo(interruptions);
    }

    @Test
    void nobodyIsInFlowInTheirFirstTenMinutes() {
        for (long seed = 1; seed <= 20; seed++) {
            Persona person = known(seed);
            person.pause(16 * MINUTE_MS);
            long begin = person.at;
            assertThat(person.shareInFlow(() -> person.work(10 * MINUTE_MS))).isZero();
            assertThat(person.reasons()).as("%d ms", person.at - begin).contains(FlowReason.WARMING_UP);
        }
    }

    /** Over three weeks of working days, for people of different speed, care and continuity. */
    @ParameterizedTest
    @ValueSource(doubles = {0.012, 0.02, 0.03, 0.05})
    void aPersonIsInFlowForATenthToAHalfOfTheirTime(double pauses) {
        for (int speed = 0; speed < 3; speed++) {
            Persona person = new Persona(7 + speed, 120 + 80 * speed, 0.05 + 0.05 * speed, pauses);
            double share = weeks(person, 3);
            assertThat(share).as("median interval of %d ms", 120 + 80 * speed).isBetween(0.10, 0.50);
        }
    }

    /** Their outcomes improve for weeks: that must not put every day above the days before. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theShareOfASteadyPersonDoesNotDriftInTheirFirstWeeks(long seed) {
        Persona person = new Persona(seed, 190, 0.08, 0.025);
        for (int week = 0; week < 3; week++) {
            long flowMs = 0;
            long activeMs = 0;
            for (int session = 0; session < 15; session++) {
                person.nextSession();
                for (int stretch = 0; stretch < 6; stretch++) {
                    person.work(15 * MINUTE_MS);
                    person.pause(2 * MINUTE_MS);
                }
                flowMs += person.session().flowMs();
                activeMs += person.session().activeMs();
                person.pause((session % 3 == 2 ? 14 * 60 : 45) * MINUTE_MS);
            }
            assertThat((double) flowMs / activeMs).as("week %d", week).isBetween(0.10, 0.50);
        }
    }

    @Test
    void sensitivityMovesTheShare() {
        double before = -1;
        for (float sensitivity : new float[] {0, 0.5f, 1}) {
            Persona person = Persona.usual(11);
            person.session().setSensitivity(sensitivity);
            double share = weeks(person, 3);
            assertThat(share).isGreaterThan(before + 0.03);
            before = share;
        }
    }

    /** Returns the share of the second and later weeks. */
    private static double weeks(Persona person, int weeks) {
        long flowMs = 0;
        long activeMs = 0;
        for (int day = 0; day < 5 * weeks; day++) {
            for (int session = 0; session < 4; session++) {
                person.nextSession();
                person.work((10 + 20 * (long) session) * MINUTE_MS);
                person.pause(12 * MINUTE_MS);
                person.work(25 * MINUTE_MS);
                person.pause(45 * MINUTE_MS);
                if (day >= 5) {
                    flowMs += person.session().flowMs();
                    activeMs += person.session().activeMs();
                }
            }
            person.pause(14 * 60 * MINUTE_MS);
        }
        return (double) flowMs / activeMs;
    }

    /** Returns a person after a week of work, in a new session and in flow. */
    private static Persona known(long seed) {
        Persona person = Persona.usual(seed);
        weeks(person, 1);
        person.nextSession();
        person.work(20 * MINUTE_MS);
        while (!person.session().isInFlow()) {
            person.work(MINUTE_MS);
        }
        return person;
    }
}
