package dev.mindfulcode.flowengine.team;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A team's figures for one window, from one {@link Contribution} a member. Sums are of whole numbers and what is
 * divided is divided last, so the same contributions give the same bits in any order.
 *
 * <p>Below the minimum group size there are no figures: {@link #figures} gives null, and how many there were is not
 * said either.
 */
public final class TeamAggregate {

    /**
     * The smallest group that may be configured. As long as figures carry no noise, their number alone hides a member.
     */
    public static final int MEMBERS_MIN_LEAST = 5;

    public static final int MEMBERS_MIN_DEFAULT = 5;

    /**
     * Silence together for this long is like a meeting; shorter is a coffee. A convention without a peer-reviewed
     * source.
     */
    public static final int GAP_MINUTES_MIN = 10;

    /** Silence of one member for longer than this is absence, and says nothing of a meeting. A convention. */
    public static final int PAUSE_MINUTES_MAX = 180;

    /**
     * The number of active members is shown in steps of this many, so that one who comes or goes mostly does not show.
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

    /** Returns the number of active members as it is shown: rounded down to a multiple of {@link #MEMBERS_STEP}. */
    public static long shownMembers(long members) {
        return members / MEMBERS_STEP * MEMBERS_STEP;
    }

    /** Adds a member; one who did nothing is none. */
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
    public @Nullable Figures figures(int membersMin) {
        return active.size() < Math.max(membersMin, MEMBERS_MIN_LEAST) ? null : figuresOfAnyNumber();
    }

    /** Returns the figures however few were active: to test the arithmetic, and for nothing that is shown. */
    Figures figuresOfAnyNumber() {
        return new Figures(
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
     * Counts the minutes of all stretches, long enough, in which most of those who are there in each minute are in a
     * pause of theirs.
     */
    private long gapMinutes() {
        int[] there = new int[size.minutes()];
        int[] pausing = new int[size.minutes()];
        for (Contribution member : active) {
            markPauses(member, there, pausing);
        }
        long minutes = 0;
        int stretch = 0;
        for (int minute = 0; minute <= there.length; minute++) {
            if (minute < there.length && pausing[minute] >= 2 && 2 * pausing[minute] > there[minute]) {
                stretch++;
            } else {
                minutes += stretch >= GAP_MINUTES_MIN ? stretch : 0;
                stretch = 0;
            }
        }
        return minutes;
    }

    /** A member is there from one active minute to the next, unless that is too far away. */
    private static void markPauses(Contribution member, int[] there, int[] pausing) {
        int last = Integer.MIN_VALUE / 2;
        for (int minute = 0; minute < there.length; minute++) {
            if (!member.isActiveIn(minute)) {
                continue;
            }
            there[minute]++;
            int silent = minute - last - 1;
            if (silent <= PAUSE_MINUTES_MAX) {
                for (int pause = last + 1; pause < minute; pause++) {
                    there[pause]++;
                    pausing[pause]++;
                }
            }
            last = minute;
        }
    }

    /**
     * What is said of a window.
     *
     * @param meanIntensity mean of the members' own means: each weighs the same, however long they typed
     * @param intensitySpread standard deviation of the members' own means
     * @param focusOverlapSeconds at least half of the members, and two, in flow in the same minute
     * @param gapSeconds meeting-like silence; null in a window that is shorter than one
     */
    public record Figures(
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
