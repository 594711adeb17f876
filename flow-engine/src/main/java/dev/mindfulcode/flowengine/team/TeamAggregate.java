package dev.mindfulcode.flowengine.team;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A team's statistics for one window, from one {@link Contribution} per member. Sums are integers and divisions come
 * last, so the same contributions give the same bits in any order.
 *
 * <p>Below the minimum group size {@link #statistics} returns null, and the number of members is not revealed.
 */
public final class TeamAggregate {

    /**
     * Lower bound of the configurable minimum group size. Without noise only the group size protects a member.
     */
    public static final int MEMBERS_MIN_LEAST = 5;

    public static final int MEMBERS_MIN_DEFAULT = 5;

    /**
     * Minimum joint silence that counts as a meeting-like gap. A convention without a peer-reviewed source.
     */
    public static final int GAP_MINUTES_MIN = 10;

    /** Longest silence of a member within a gap; longer is absence. A convention. */
    public static final int PAUSE_MINUTES_MAX = 180;

    /**
     * The number of active members is rounded down to this step, so that one joining or leaving mostly does not show.
     */
    public static final int MEMBERS_STEP = 5;

    private static final long SECONDS_A_MINUTE = 60;

    private final WindowSize size;
    private final List<Contribution> active = new ArrayList<>();
    private long keystrokes;
    private long activeMs;
    private long flowMs;
    private long interruptions;
    private long means;
    private long meansSum;
    private long meansSquaresSum;

    public TeamAggregate(WindowSize size) {
        this.size = size;
    }

    /** Returns the number of active members, rounded down to a multiple of {@link #MEMBERS_STEP}. */
    public static long shownMembers(long members) {
        return members / MEMBERS_STEP * MEMBERS_STEP;
    }

    /** Adds a member; ignores inactive ones. */
    public void add(Contribution member) {
        if (!member.isActive()) {
            return;
        }
        active.add(member);
        keystrokes += member.keystrokes();
        activeMs += member.activeMs();
        flowMs += member.flowMs();
        interruptions += member.interruptions();
        if (member.hasIntensity()) {
            long mean = member.meanIntensityUnits();
            means++;
            meansSum += mean;
            meansSquaresSum += mean * mean;
        }
    }

    /** Returns the figures, or null where fewer members than this were active. */
    public @Nullable Statistics statistics(int membersMin) {
        return active.size() < Math.max(membersMin, MEMBERS_MIN_LEAST) ? null : figuresOfAnyNumber();
    }

    /** Returns the figures however few were active: to test the arithmetic, and for nothing that is shown. */
    Statistics figuresOfAnyNumber() {
        return new Statistics(
                active.size(),
                keystrokes,
                activeMs / 1_000,
                means == 0 ? 0 : (double) meansSum / means / Contribution.INTENSITY_UNITS,
                means == 0
                        ? 0
                        : Math.sqrt((double) (means * meansSquaresSum - meansSum * meansSum))
                                / means
                                / Contribution.INTENSITY_UNITS,
                flowMs / 1_000,
                interruptions,
                overlapMinutes() * SECONDS_A_MINUTE,
                size == WindowSize.FIVE_MINUTES ? null : (Long) (gapMinutes() * SECONDS_A_MINUTE));
    }

    private long overlapMinutes() {
        int enough = Math.max(2, (active.size() + 1) / 2);
        long minutes = 0;
        for (int minute = 0; minute < size.minutes(); minute++) {
            int inFlow = 0;
            for (Contribution member : active) {
                inFlow += member.isInFlowIn(minute) ? 1 : 0;
            }
            minutes += inFlow >= enough ? 1 : 0;
        }
        return minutes;
    }

    /**
     * Returns the minutes of all gaps: stretches of sufficient length in which most of the present members pause.
     */
    private long gapMinutes() {
        int[] present = new int[size.minutes()];
        int[] pausing = new int[size.minutes()];
        for (Contribution member : active) {
            markPauses(member, present, pausing);
        }
        long minutes = 0;
        int stretch = 0;
        for (int minute = 0; minute <= present.length; minute++) {
            if (minute < present.length && pausing[minute] >= 2 && 2 * pausing[minute] > present[minute]) {
                stretch++;
            } else {
                minutes += stretch >= GAP_MINUTES_MIN ? stretch : 0;
                stretch = 0;
            }
        }
        return minutes;
    }

    /** A member is present from one active minute to the next, up to {@link #PAUSE_MINUTES_MAX} apart. */
    private static void markPauses(Contribution member, int[] present, int[] pausing) {
        int last = Integer.MIN_VALUE / 2;
        for (int minute = 0; minute < present.length; minute++) {
            if (!member.isActiveIn(minute)) {
                continue;
            }
            present[minute]++;
            int silent = minute - last - 1;
            if (silent <= PAUSE_MINUTES_MAX) {
                for (int pause = last + 1; pause < minute; pause++) {
                    present[pause]++;
                    pausing[pause]++;
                }
            }
            last = minute;
        }
    }

    /**
     * The statistics of a window.
     *
     * @param meanIntensity unweighted mean of the members' means
     * @param intensitySpread standard deviation of the members' means
     * @param focusOverlapSeconds time with at least half of the members, and two, in flow in the same minute
     * @param gapSeconds time of joint silence; null in a window too short for a gap
     */
    public record Statistics(
            int members,
            long keystrokes,
            long activeSeconds,
            double meanIntensity,
            double intensitySpread,
            long secondsInFlow,
            long interruptions,
            long focusOverlapSeconds,
            @Nullable Long gapSeconds) {}
}
