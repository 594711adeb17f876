package dev.mindfulcode.flowengine.team;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.WindowRelease.Decision;
import dev.mindfulcode.flowengine.team.WindowRelease.WithheldReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WindowReleaseTest {

    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final int MIN = 5;

    private static final List<UUID> TEAM = List.of(id(1), id(2), id(3), id(4), id(5), id(6), id(7));

    @Test
    void releasesFiveMembersAndWithholdsFour() {
        assertThat(keystrokes(decide(day(5, 9), Map.of()))).isEqualTo(500);
        assertThat(decide(day(4, 9), Map.of())).isEqualTo(new Decision(null, WithheldReason.TOO_FEW));
        assertThat(WindowRelease.decide(WindowSize.DAY, day(4, 9), Map.of(), 1).release())
                .as("minimum of 1 is raised to 5")
                .isNull();
    }

    @Test
    void withholdsADifferenceOfOnePerson() {
        Map<UUID, Contribution> hour = day(6, 9);
        Map<UUID, Contribution> day = day(6, 9);
        type(day, 6, 22, 37);

        assertThat(keystrokes(decide(day, hour))).as("same as the hour").isEqualTo(600);
        assertThat(requireNonNull(decide(day, hour).release()).contributions()).isEqualTo(hour);
    }

    @Test
    void releasesADifferenceOfFive() {
        Map<UUID, Contribution> hour = day(6, 9);
        Map<UUID, Contribution> day = day(6, 9);
        for (int member = 1; member <= 5; member++) {
            type(day, member, 22, 37);
        }
        assertThat(keystrokes(decide(day, hour))).isEqualTo(600 + 5 * 37);
    }

    @Test
    void treatsRemovedContributionsAsADifference() {
        Map<UUID, Contribution> hour = day(6, 9);
        Map<UUID, Contribution> day = day(5, 9);
        assertThat(keystrokes(decide(day, hour)))
                .as("somebody deleted a session that was released")
                .isEqualTo(600);
    }

    @Test
    void releasesAWindowEqualToItsShorterOnes() {
        assertThat(keystrokes(decide(day(5, 9), day(5, 9)))).isEqualTo(500);
    }

    @Test
    void boundOfOneMemberIsNotADifference() {
        Map<UUID, Contribution> inside = new HashMap<>();
        for (int member = 1; member <= 5; member++) {
            type(inside, member, 9, 100);
        }
        Contribution machine = new Contribution(WindowSize.DAY);
        for (int minute = 0; minute < 24 * 60; minute++) {
            machine.addMinute(minute * MINUTE_MS, 600, 60_000, 0, 0, 0);
        }
        inside.put(TEAM.getFirst(), machine);
        assertThat(decide(new HashMap<>(inside), inside)).isEqualTo(new Decision(null, WithheldReason.WITHHELD));
    }

    @Test
    void partsOfAWindowAddUp() {
        Random random = new Random(3);
        Contribution whole = new Contribution(WindowSize.DAY);
        Contribution parts = new Contribution(WindowSize.DAY);
        for (int hour = 0; hour < 24; hour++) {
            Contribution part = new Contribution(WindowSize.HOUR);
            for (int minute = 0; minute < 60; minute += 1 + random.nextInt(9)) {
                long atMs = hour * HOUR_MS + minute * MINUTE_MS;
                whole.addMinute(atMs, 100, 50_000, 50_000L << 14, 40_000, 1);
                part.addMinute(atMs, 100, 50_000, 50_000L << 14, 40_000, 1);
            }
            parts.addWindow(hour * HOUR_MS, part);
        }
        assertThat(parts).isEqualTo(whole);
    }

    /** A reader of all hours and the day learns no sum of one to four members. */
    @Property(tries = 300)
    void differencesOfADayAndItsHoursComeFromNobodyOrFive(@ForAll long seed) {
        Random random = new Random(seed);
        Map<UUID, Contribution> day = new HashMap<>();
        Map<UUID, Contribution> released = new HashMap<>();
        for (int hour = 0; hour < 4; hour++) {
            Map<UUID, Contribution> members = new HashMap<>();
            for (int member = 1; member <= TEAM.size(); member++) {
                if (random.nextInt(4) > 0) {
                    type(members, WindowSize.HOUR, member, hour, 1 + random.nextInt(100));
                    if (random.nextInt(10) > 0) {
                        add(day, TEAM.get(member - 1), hour, requireNonNull(members.get(TEAM.get(member - 1))));
                    }
                }
                if (random.nextInt(6) == 0) {
                    type(day, member, hour, 1 + random.nextInt(100)); // too late for the hour
                }
            }
            WindowRelease ofHour = WindowRelease.decide(WindowSize.HOUR, members, Map.of(), MIN)
                    .release();
            if (ofHour != null) {
                assertThat(ofHour.contributions()).hasSizeGreaterThanOrEqualTo(MIN);
                int at = hour;
                ofHour.contributions().forEach((userId, contribution) -> add(released, userId, at, contribution));
            }
        }
        WindowRelease ofDay = decide(day, released).release();
        if (ofDay != null) {
            assertThat(ofDay.contributions()).hasSizeGreaterThanOrEqualTo(MIN);
            List<UUID> different = new ArrayList<>(TEAM);
            different.removeIf(userId -> Objects.equals(ofDay.contributions().get(userId), released.get(userId)));
            assertThat(different.size())
                    .satisfiesAnyOf(
                            size -> assertThat(size).isZero(),
                            size -> assertThat(size).isGreaterThanOrEqualTo(MIN));
        }
    }

    private static Decision decide(Map<UUID, Contribution> members, Map<UUID, Contribution> inside) {
        return WindowRelease.decide(WindowSize.DAY, members, inside, MIN);
    }

    private static long keystrokes(Decision decision) {
        return requireNonNull(decision.release()).statistics().keystrokes();
    }

    private static void add(Map<UUID, Contribution> day, UUID userId, int hour, Contribution part) {
        day.computeIfAbsent(userId, _ -> new Contribution(WindowSize.DAY)).addWindow(hour * HOUR_MS, part);
    }

    /** A number of members with a hundred keystrokes each. */
    private static Map<UUID, Contribution> day(int members, int hour) {
        Map<UUID, Contribution> day = new HashMap<>();
        for (int member = 1; member <= members; member++) {
            type(day, member, hour, 100);
        }
        return day;
    }

    private static void type(Map<UUID, Contribution> day, int member, int hour, int keystrokes) {
        type(day, WindowSize.DAY, member, hour, keystrokes);
    }

    private static void type(Map<UUID, Contribution> members, WindowSize size, int member, int hour, int keystrokes) {
        members.computeIfAbsent(TEAM.get(member - 1), _ -> new Contribution(size))
                .addMinute(hour * HOUR_MS, keystrokes, 10_000, 10_000L << 15, 0, 0);
    }

    private static UUID id(long number) {
        return new UUID(0, number);
    }
}
