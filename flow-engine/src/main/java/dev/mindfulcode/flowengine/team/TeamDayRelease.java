package dev.mindfulcode.flowengine.team;

import dev.mindfulcode.flowengine.team.PrivacyBudget.Part;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The release of a team's day: the day's figures and, for large teams, its hours, as sums over the members with noise.
 * All windows of the day together cost the day's budget. Replacing all that one member did on that day by nothing
 * changes the distribution of the release by no more than that (ρ-zCDP).
 *
 * <p>What is released depends on the number of members who count, never on what they did: otherwise the existence of a
 * window would reveal that somebody worked. Who counts follows from memberships and consent alone.
 */
public final class TeamDayRelease {

    /** Lower bound of the configurable minimum of members. */
    public static final int MEMBERS_MIN_LEAST = 5;

    public static final int MEMBERS_MIN_DEFAULT = 5;

    /** Members from which hours are released; with fewer, an hour's noise exceeds their usual sum. */
    public static final int HOURS_MEMBERS_MIN = 25;

    /** The number of members is rounded down to this step, so that one joining or leaving mostly does not show. */
    public static final int MEMBERS_STEP = 5;

    private static final int HOURS = 24;
    private static final long HOUR_SECONDS = 3_600;

    /** In fifths of what the day's figures cost together. */
    private static final Map<TeamFigure, Long> FIFTHS = new EnumMap<>(
            Map.of(TeamFigure.ACTIVE_SECONDS, 2L, TeamFigure.SECONDS_IN_FLOW, 2L, TeamFigure.INTERRUPTIONS, 1L));

    /** Squared sensitivity of the 24 hours: a member fills at most as many whole hours as the day's bound has. */
    private static final BigInteger HOURS_SENSITIVITY_SQUARED =
            BigInteger.valueOf(HOUR_SECONDS * TeamFigure.ACTIVE_SECONDS.perMemberDayMax());

    private TeamDayRelease() {}

    /** Finds the noise of a released figure. */
    @FunctionalInterface
    public interface Noise {
        /**
         * Returns the random bytes for a figure of a window. Equal arguments give equal bytes; different sums
         * independent ones, so that two releases of a window whose contributions changed meanwhile do not reveal the
         * difference.
         */
        NoiseBits bits(WindowSize size, long startMs, TeamFigure figure, long sum);
    }

    /** A member's day: contributions to the day and to those hours in which there are any, by start. */
    public record MemberDay(Contribution day, Map<Long, Contribution> hours) {

        /** Returns the active seconds that count in each hour: earlier hours first, until the day's bound. */
        private long[] activeSecondsByHour(long dayStartMs) {
            long[] counted = new long[HOURS];
            long left = TeamFigure.ACTIVE_SECONDS.perMemberDayMax();
            for (int hour = 0; hour < HOURS; hour++) {
                Contribution contribution = hours.get(dayStartMs + hour * WindowSize.HOUR.lengthMs());
                if (contribution != null) {
                    counted[hour] = Math.min(left, Math.min(HOUR_SECONDS, contribution.activeSeconds()));
                    left -= counted[hour];
                }
            }
            return counted;
        }
    }

    /**
     * A sum with noise.
     *
     * @param value may be negative
     * @param margin half-width of the interval that contains the exact sum in 95 % of the releases
     */
    public record Noised(long value, long margin) {}

    /** The released figures of a window. */
    public record Window(WindowSize size, long startMs, Map<TeamFigure, Noised> figures) {}

    /** Returns the number of members as it is shown. */
    public static long shownMembers(long members) {
        return members / MEMBERS_STEP * MEMBERS_STEP;
    }

    /**
     * Releases a day of at least {@link #MEMBERS_MIN_LEAST} members.
     *
     * @param members number of members who count on the whole day
     * @param active what those of them did who were active, in any order
     * @return the day and its hours, if any, the day last
     */
    public static List<Window> of(
            long dayStartMs, int members, Collection<MemberDay> active, PrivacyBudget budget, Noise noise) {
        if (members < MEMBERS_MIN_LEAST || active.size() > members) {
            throw new IllegalArgumentException(active.size() + " active of " + members + " members; at least "
                    + MEMBERS_MIN_LEAST + " members must count, and no others be active");
        }
        boolean hasHours = members >= HOURS_MEMBERS_MIN;
        List<Window> windows = new ArrayList<>();
        if (hasHours) {
            addHours(dayStartMs, active, budget, noise, windows);
        }
        windows.add(new Window(
                WindowSize.DAY, dayStartMs, dayFigures(dayStartMs, active, budget, noise, hasHours ? 2 : 1)));
        return windows;
    }

    private static Map<TeamFigure, Noised> dayFigures(
            long dayStartMs, Collection<MemberDay> active, PrivacyBudget budget, Noise noise, int shares) {
        Map<TeamFigure, Noised> figures = new EnumMap<>(TeamFigure.class);
        FIFTHS.forEach((figure, fifths) -> {
            long sum = active.stream()
                    .mapToLong(member -> figure.bounded(member.day()))
                    .sum();
            DiscreteGaussian gaussian =
                    budget.noise(BigInteger.valueOf(figure.perMemberDayMax()).pow(2), new Part(fifths, 5L * shares));
            figures.put(figure, noised(sum, gaussian, noise.bits(WindowSize.DAY, dayStartMs, figure, sum)));
        });
        return figures;
    }

    private static void addHours(
            long dayStartMs, Collection<MemberDay> active, PrivacyBudget budget, Noise noise, List<Window> into) {
        long[] sums = new long[HOURS];
        for (MemberDay member : active) {
            long[] counted = member.activeSecondsByHour(dayStartMs);
            for (int hour = 0; hour < HOURS; hour++) {
                sums[hour] += counted[hour];
            }
        }
        DiscreteGaussian gaussian = budget.noise(HOURS_SENSITIVITY_SQUARED, new Part(1, 2));
        for (int hour = 0; hour < HOURS; hour++) {
            long startMs = dayStartMs + hour * WindowSize.HOUR.lengthMs();
            NoiseBits bits = noise.bits(WindowSize.HOUR, startMs, TeamFigure.ACTIVE_SECONDS, sums[hour]);
            into.add(new Window(
                    WindowSize.HOUR, startMs, Map.of(TeamFigure.ACTIVE_SECONDS, noised(sums[hour], gaussian, bits))));
        }
    }

    private static Noised noised(long sum, DiscreteGaussian gaussian, NoiseBits bits) {
        return new Noised(BigInteger.valueOf(sum).add(gaussian.sample(bits)).longValueExact(), gaussian.margin());
    }
}
