package dev.mindfulcode.flowengine.team;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Noised;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TeamDayReleaseTest {

    private static final long DAY = Instant.parse("2026-03-02T00:00:00Z").toEpochMilli();
    private static final PrivacyBudget BUDGET = PrivacyBudget.DEFAULT;
    private static final TeamNoise NOISE = noise(1);

    @Test
    void releasesADayOfBoundedSums() {
        List<MemberDay> active = List.of(day(2, 0.5), day(3, 0.25), day(9, 1));
        Map<TeamFigure, Noised> figures = released(6, active, NOISE).getLast().figures();

        assertThat(figures).containsOnlyKeys(TeamFigure.values());
        assertExact(figures, TeamFigure.ACTIVE_SECONDS, (2 + 3 + 4) * 3_600);
        assertExact(figures, TeamFigure.SECONDS_IN_FLOW, 3_600 + 2_700 + 7_200);
        assertExact(figures, TeamFigure.INTERRUPTIONS, 2 + 3 + 8);
        assertThat(marginHours(figures, TeamFigure.ACTIVE_SECONDS)).isCloseTo(12.4, within(0.05));
        assertThat(marginHours(figures, TeamFigure.SECONDS_IN_FLOW)).isCloseTo(6.2, within(0.05));
        assertThat(Objects.requireNonNull(figures.get(TeamFigure.INTERRUPTIONS)).margin())
                .isEqualTo(36);
    }

    @Test
    void releasesHoursOfLargeTeamsOnly() {
        List<MemberDay> active = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            active.add(day(3, 0.5));
        }
        assertThat(released(24, active, NOISE)).hasSize(1);
        List<Window> windows = released(25, active, NOISE);
        assertThat(windows).hasSize(25);
        assertThat(windows.getLast().size()).isEqualTo(WindowSize.DAY);
        Window nine = windows.get(9);
        assertThat(nine.startMs()).isEqualTo(DAY + 9 * WindowSize.HOUR.lengthMs());
        assertThat(nine.figures()).containsOnlyKeys(TeamFigure.ACTIVE_SECONDS);
        assertThat(marginHours(nine.figures(), TeamFigure.ACTIVE_SECONDS)).isCloseTo(5.55, within(0.05));
        assertThat(marginHours(windows.getLast().figures(), TeamFigure.ACTIVE_SECONDS))
                .as("the other half of the budget")
                .isCloseTo(17.5, within(0.1));
    }

    @Test
    void releasesADayWithoutActivityToo() {
        assertThat(released(5, List.of(), NOISE)).hasSize(1);
    }

    @Test
    void refusesFourMembers() {
        assertThatThrownBy(() -> released(4, List.of(), NOISE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> released(5, Collections.nCopies(6, day(1, 0)), NOISE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void roundsMembersDownToStepsOfFive() {
        assertThat(List.of(5L, 9L, 10L, 14L).stream().map(TeamDayRelease::shownMembers))
                .containsExactly(5L, 5L, 10L, 10L);
    }

    /** A replay draws the same noise; another key, team, day, size, figure or sum other noise. */
    @Test
    void noiseIsAFunctionOfWhatIsReleased() {
        List<MemberDay> active = List.of(day(2, 0.5));
        assertThat(released(6, active, NOISE)).isEqualTo(released(6, active, noise(1)));
        assertThat(released(6, active, NOISE)).isNotEqualTo(released(6, active, noise(2)));

        byte[] bytes =
                NOISE.bits(WindowSize.DAY, DAY, TeamFigure.ACTIVE_SECONDS, 7).next(40);
        assertThat(bytes)
                .isEqualTo(noise(1).bits(WindowSize.DAY, DAY, TeamFigure.ACTIVE_SECONDS, 7)
                        .next(40))
                .isNotEqualTo(NOISE.bits(WindowSize.HOUR, DAY, TeamFigure.ACTIVE_SECONDS, 7)
                        .next(40))
                .isNotEqualTo(NOISE.bits(WindowSize.DAY, DAY + 1, TeamFigure.ACTIVE_SECONDS, 7)
                        .next(40))
                .isNotEqualTo(NOISE.bits(WindowSize.DAY, DAY, TeamFigure.INTERRUPTIONS, 7)
                        .next(40))
                .isNotEqualTo(NOISE.bits(WindowSize.DAY, DAY, TeamFigure.ACTIVE_SECONDS, 8)
                        .next(40))
                .isNotEqualTo(new TeamNoise(key(1), new UUID(0, 9))
                        .bits(WindowSize.DAY, DAY, TeamFigure.ACTIVE_SECONDS, 7)
                        .next(40));
    }

    /** The part of one erased member is not the difference of the releases before and after. */
    @Test
    void replayWithoutAMemberDrawsOtherNoise() {
        long before = value(released(6, List.of(day(2, 0), day(3, 0)), NOISE));
        long after = value(released(6, List.of(day(2, 0)), NOISE));
        assertThat(before - after).isNotEqualTo(3 * 3_600);
    }

    /**
     * The change by one member's day, in all windows together, costs at most the day's budget: the sum of the squared
     * changes over 2σ².
     */
    @Property(tries = 200)
    void oneMemberCostsNoMoreThanTheBudget(@ForAll long seed) {
        Random random = new Random(seed);
        int members = random.nextBoolean() ? 5 + random.nextInt(20) : 25 + random.nextInt(20);
        List<MemberDay> others = new ArrayList<>();
        for (int i = 0; i < random.nextInt(members); i++) {
            others.add(someDay(random));
        }
        List<MemberDay> all = new ArrayList<>(others);
        all.add(someDay(random));

        Map<String, Long> with = new HashMap<>();
        Map<String, Long> without = new HashMap<>();
        List<Window> windows = TeamDayRelease.of(DAY, members, all, BUDGET, capturing(with));
        TeamDayRelease.of(DAY, members, others, BUDGET, capturing(without));

        double cost = 0;
        for (Window window : windows) {
            for (Map.Entry<TeamFigure, Noised> figure : window.figures().entrySet()) {
                String key = key(window.size(), window.startMs(), figure.getKey());
                double change = Objects.requireNonNull(with.get(key)) - Objects.requireNonNull(without.get(key));
                double sigma = figure.getValue().margin() / 1.96;
                cost += change * change / (2 * sigma * sigma);
            }
        }
        assertThat(with.keySet()).isEqualTo(without.keySet());
        assertThat(cost).isLessThanOrEqualTo(BUDGET.dayMicros() / 1e6);
    }

    @Property(tries = 50)
    void anyOrderOfMembersGivesTheSameRelease(@ForAll long seed) {
        Random random = new Random(seed);
        List<MemberDay> members = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            members.add(someDay(random));
        }
        List<MemberDay> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, random);
        assertThat(released(30, shuffled, NOISE)).isEqualTo(released(30, members, NOISE));
    }

    @Test
    void rejectsBytesThatAreNoContribution() {
        Contribution contribution = new Contribution();
        contribution.addMinute(70_000, 80_000, 5);
        byte[] bytes = contribution.encode();
        assertThat(Contribution.decode(WindowSize.HOUR, bytes).encode()).isEqualTo(bytes);
        assertThat(contribution.activeSeconds()).isEqualTo(60);
        assertThat(contribution.secondsInFlow()).isEqualTo(60);
        assertThat(contribution.interruptions()).isEqualTo(2);
        bytes[0] = -1;
        assertThatThrownBy(() -> Contribution.decode(WindowSize.HOUR, bytes))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Contribution.decode(WindowSize.DAY, new byte[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TeamDayRelease.Noise capturing(Map<String, Long> sums) {
        return (size, startMs, figure, sum) -> {
            sums.put(key(size, startMs, figure), sum);
            return NOISE.bits(size, startMs, figure, sum);
        };
    }

    private static String key(WindowSize size, long startMs, TeamFigure figure) {
        return size + " " + startMs + " " + figure;
    }

    private static List<Window> released(int members, List<MemberDay> active, TeamDayRelease.Noise noise) {
        return TeamDayRelease.of(DAY, members, active, BUDGET, noise);
    }

    private static long value(List<Window> windows) {
        return Objects.requireNonNull(windows.getLast().figures().get(TeamFigure.ACTIVE_SECONDS))
                .value();
    }

    private static void assertExact(Map<TeamFigure, Noised> figures, TeamFigure figure, long sum) {
        Noised noised = Objects.requireNonNull(figures.get(figure));
        assertThat((double) noised.value()).as(figure.name()).isCloseTo(sum, within(2.0 * noised.margin()));
    }

    private static double marginHours(Map<TeamFigure, Noised> figures, TeamFigure figure) {
        return Objects.requireNonNull(figures.get(figure)).margin() / 3_600.0;
    }

    /** A day of so many whole hours from nine o'clock on, with an interruption an hour. */
    static MemberDay day(int hours, double flowShare) {
        Contribution day = new Contribution();
        Map<Long, Contribution> byHour = new HashMap<>();
        for (int hour = 9; hour < 9 + hours; hour++) {
            Contribution ofHour = new Contribution();
            for (int minute = 0; minute < 60; minute++) {
                long flowMs = Math.round(flowShare * 60_000);
                day.addMinute(60_000, flowMs, minute == 0 ? 1 : 0);
                ofHour.addMinute(60_000, flowMs, minute == 0 ? 1 : 0);
            }
            byHour.put(DAY + hour * WindowSize.HOUR.lengthMs(), ofHour);
        }
        return new MemberDay(day, byHour);
    }

    private static MemberDay someDay(Random random) {
        return day(random.nextInt(15), random.nextDouble());
    }

    private static TeamNoise noise(int number) {
        return new TeamNoise(key(number), new UUID(0, 1));
    }

    private static byte[] key(int number) {
        byte[] key = new byte[32];
        key[0] = (byte) number;
        return key;
    }
}
