package dev.mindfulcode.flowengine.team;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.team.TeamAggregate.Statistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TeamAggregateTest {
    private static final long MINUTE_MS = 60_000;

    @Test
    void sumsMembersAndWeighsThemEqually() {
        Statistics figures = figures(
                typing(WindowSize.HOUR, 0.25, 0, 1),
                typing(WindowSize.HOUR, 0.5, 0, 20),
                typing(WindowSize.HOUR, 0.75, 0, 1));

        assertThat(figures.members()).isEqualTo(3);
        assertThat(figures.keystrokes()).isEqualTo(22 * 100);
        assertThat(figures.activeSeconds()).isEqualTo(22 * 60);
        assertThat(figures.meanIntensity()).isEqualTo(0.5);
        assertThat(figures.intensitySpread()).isCloseTo(Math.sqrt(2.0 / 3) / 4, within(1e-9));
    }

    @Test
    void hidesGroupsBelowTheMinimumAndAlwaysFour() {
        TeamAggregate aggregate = new TeamAggregate(WindowSize.HOUR);
        for (int member = 0; member < 4; member++) {
            aggregate.add(typing(WindowSize.HOUR, 0.5, 0, 10));
        }
        aggregate.add(new Contribution(WindowSize.HOUR));
        assertThat(aggregate.statistics(1)).isNull();

        aggregate.add(typing(WindowSize.HOUR, 0.5, 0, 10));
        assertThat(aggregate.statistics(6)).isNull();
        assertThat(requireNonNull(aggregate.statistics(5)).members()).isEqualTo(5);
    }

    @Test
    void roundsMembersDownToStepsOfFive() {
        assertThat(List.of(5L, 9L, 10L, 14L).stream().map(TeamAggregate::shownMembers))
                .containsExactly(5L, 5L, 10L, 10L);
    }

    @Test
    void boundsEachMembersContribution() {
        Contribution machine = new Contribution(WindowSize.DAY);
        for (int minute = 0; minute < WindowSize.DAY.minutes(); minute++) {
            machine.addMinute(minute * MINUTE_MS, 1_000_000, 500_000, 500_000L << 16, 500_000, 1_000);
        }
        assertThat(machine.keystrokes()).isEqualTo(WindowSize.DAY.keystrokesPerMemberMax());
        assertThat(machine.activeMs()).isEqualTo(WindowSize.DAY.secondsPerMemberMax() * 1_000);
        assertThat(machine.flowMs()).isEqualTo(WindowSize.DAY.secondsPerMemberMax() * 1_000);
        assertThat(machine.interruptions()).isEqualTo(WindowSize.DAY.interruptionsPerMemberMax());
        assertThat(machine.meanIntensityUnits()).isEqualTo(Contribution.INTENSITY_UNITS);
        assertThat(Contribution.decode(WindowSize.DAY, machine.encode())).isEqualTo(machine);
    }

    @Test
    void overlapNeedsHalfOfTheMembersAndTwo() {
        Contribution anna = flowing(0, 10);
        Contribution ben = flowing(4, 20);
        Contribution cleo = flowing(30, 31);
        assertThat(figures(anna, ben, cleo).focusOverlapSeconds())
                .as("minutes 4 to 9")
                .isEqualTo(6 * 60);
        assertThat(figures(anna, ben, cleo, typing(WindowSize.HOUR, 0.1, 0, 3), typing(WindowSize.HOUR, 0.1, 0, 3))
                        .focusOverlapSeconds())
                .as("two of five are fewer than half")
                .isZero();
    }

    @Test
    void gapIsSilenceOfMostPresentMembers() {
        Contribution anna = around(20, 35);
        Contribution ben = around(22, 36);
        Contribution steady = typing(WindowSize.HOUR, 0.5, 0, 60);
        assertThat(figures(anna, ben, steady).gapSeconds())
                .as("minutes 22 to 34")
                .isEqualTo(13 * 60L);
        assertThat(figures(anna, steady, around(30, 50)).gapSeconds())
                .as("together for five minutes only")
                .isZero();
        assertThat(figures(anna, steady, steady).gapSeconds())
                .as("one alone is in no meeting")
                .isZero();
    }

    @Test
    void absentMembersAreInNoGap() {
        Contribution gone = typing(WindowSize.DAY, 0.5, 540, 600);
        assertThat(figures(gone, gone, gone).gapSeconds()).isZero();
        Contribution backAfterHours = new Contribution(WindowSize.DAY);
        addTyping(backAfterHours, 0.5, 0, 10);
        addTyping(backAfterHours, 0.5, 11 + TeamAggregate.PAUSE_MINUTES_MAX, 300);
        assertThat(figures(backAfterHours, backAfterHours, backAfterHours).gapSeconds())
                .isZero();
    }

    @Test
    void fiveMinuteWindowsHaveNoGaps() {
        Contribution member = typing(WindowSize.FIVE_MINUTES, 0.5, 0, 5);
        assertThat(figures(member, member, member).gapSeconds()).isNull();
    }

    @Test
    void rejectsBytesThatAreNoContribution() {
        byte[] bytes = typing(WindowSize.HOUR, 0.5, 0, 10).encode();
        assertThatThrownBy(() -> Contribution.decode(WindowSize.DAY, bytes))
                .isInstanceOf(IllegalArgumentException.class);
        bytes[0] = -1;
        assertThatThrownBy(() -> Contribution.decode(WindowSize.HOUR, bytes))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 100)
    void anyOrderOfMembersAndMinutesGivesTheSameBits(@ForAll long seed) {
        Random random = new Random(seed);
        List<List<long[]>> members = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            List<long[]> minutes = new ArrayList<>();
            for (int minute = 0; minute < 60; minute++) {
                if (random.nextInt(3) > 0) {
                    long activeMs = random.nextLong(100_000);
                    minutes.add(new long[] {
                        minute * MINUTE_MS,
                        random.nextLong(900),
                        activeMs,
                        random.nextLong((activeMs << 16) + 1),
                        random.nextLong(activeMs + 1),
                        random.nextLong(3)
                    });
                }
            }
            members.add(minutes);
        }
        Statistics inOrder = figures(members);
        for (List<long[]> minutes : members) {
            Collections.shuffle(minutes, random);
        }
        Collections.shuffle(members, random);

        assertThat(figures(members)).isEqualTo(inOrder);
        assertThat(inOrder.meanIntensity()).isBetween(0.0, 1.0);
        assertThat(inOrder.intensitySpread()).isBetween(0.0, 0.5);
    }

    private static Statistics figures(List<List<long[]>> members) {
        TeamAggregate aggregate = new TeamAggregate(WindowSize.HOUR);
        for (List<long[]> minutes : members) {
            Contribution member = new Contribution(WindowSize.HOUR);
            for (long[] m : minutes) {
                member.addMinute(m[0], m[1], m[2], m[3], m[4], m[5]);
            }
            aggregate.add(member);
        }
        return aggregate.figuresOfAnyNumber();
    }

    private static Statistics figures(Contribution... members) {
        TeamAggregate aggregate = new TeamAggregate(members[0].size());
        for (Contribution member : members) {
            aggregate.add(member);
        }
        return aggregate.figuresOfAnyNumber();
    }

    private static Contribution typing(WindowSize size, double intensity, int fromMinute, int toMinute) {
        Contribution member = new Contribution(size);
        addTyping(member, intensity, fromMinute, toMinute);
        return member;
    }

    private static void addTyping(Contribution member, double intensity, int fromMinute, int toMinute) {
        for (int minute = fromMinute; minute < toMinute; minute++) {
            member.addMinute(minute * MINUTE_MS, 100, 60_000, (long) (intensity * 60_000 * 65_536), 0, 0);
        }
    }

    private static Contribution flowing(int fromMinute, int toMinute) {
        Contribution member = new Contribution(WindowSize.HOUR);
        for (int minute = fromMinute; minute < toMinute; minute++) {
            member.addMinute(minute * MINUTE_MS, 100, 60_000, 60_000L << 15, 30_000, 0);
        }
        return member;
    }

    /** Types until one minute and again from another. */
    private static Contribution around(int until, int from) {
        Contribution member = typing(WindowSize.HOUR, 0.5, 0, until);
        addTyping(member, 0.5, from, 60);
        return member;
    }
}
