package dev.mindfulcode.flowengine.team;

/**
 * The released figures of a team. Each is a sum over members, and a member's part of a day's sum is bounded: the bound
 * is the sensitivity of the figure to one member's day. The bounds are conventions near the top of what one developer
 * does in a day; more is not counted.
 */
public enum TeamFigure {
    ACTIVE_SECONDS(1, 4 * 3_600) {
        @Override
        long of(Contribution contribution) {
            return contribution.activeSeconds();
        }
    },
    SECONDS_IN_FLOW(2, 2 * 3_600) {
        @Override
        long of(Contribution contribution) {
            return contribution.secondsInFlow();
        }
    },
    /** Flow periods that ended before their session. */
    INTERRUPTIONS(3, 8) {
        @Override
        long of(Contribution contribution) {
            return contribution.interruptions();
        }
    };

    private final int code;
    private final long perMemberDayMax;

    TeamFigure(int code, long perMemberDayMax) {
        this.code = code;
        this.perMemberDayMax = perMemberDayMax;
    }

    /** Returns the code of the figure, an input of the noise. */
    public int code() {
        return code;
    }

    /** Returns the most that a member's day adds. */
    public long perMemberDayMax() {
        return perMemberDayMax;
    }

    /** Returns what a contribution adds, without a bound. */
    abstract long of(Contribution contribution);

    /** Returns what a member's day adds. */
    final long bounded(Contribution day) {
        return Math.min(of(day), perMemberDayMax);
    }
}
