package dev.mindfulcode.flowengine.team;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The release of a team's window when it closes: the counted contribution of each member, and their statistics. A
 * window is released once.
 *
 * <p>Windows contain shorter ones, so a reader of both can compute the difference. The difference between a window and
 * the releases inside it must therefore come from nobody, or from at least {@code membersMin} members. If it comes from
 * fewer, the longer window repeats the shorter ones and omits the rest.
 *
 * @param contributions by user id, of at least the minimum number of members, all active
 */
public record WindowRelease(Map<UUID, Contribution> contributions, TeamAggregate.Statistics statistics) {

    public WindowRelease {
        contributions = Map.copyOf(contributions);
    }

    /** The reason why a window is withheld. */
    public enum WithheldReason {
        /** Fewer active members than the minimum; more may arrive. */
        TOO_FEW,
        /** The difference to the releases inside it would be that of a few; final. */
        WITHHELD
    }

    /**
     * The outcome of a decision.
     *
     * @param release null if the window is withheld
     * @param withheldReason null if it is released
     */
    public record Decision(
            @Nullable WindowRelease release, @Nullable WithheldReason withheldReason) {}

    /**
     * Decides on the release of a window.
     *
     * @param members contribution of each member, by user id
     * @param inside released contributions of each member to the shorter windows inside, as windows of this size
     * @param membersMin minimum group size, raised to {@link TeamAggregate#MEMBERS_MIN_LEAST}
     */
    public static Decision decide(
            WindowSize size, Map<UUID, Contribution> members, Map<UUID, Contribution> inside, int membersMin) {
        int min = Math.max(membersMin, TeamAggregate.MEMBERS_MIN_LEAST);
        Map<UUID, Contribution> active = active(members);
        if (inside.isEmpty()) {
            return release(size, active, min);
        }
        int different = different(active, inside);
        if (different == 0 || different >= min && active.size() >= min) {
            return release(size, active, min);
        }
        // The bounds of the longer window would cut the shorter ones, and reveal by how much.
        return inside.values().stream().anyMatch(Contribution::isCut)
                ? new Decision(null, WithheldReason.WITHHELD)
                : release(size, active(inside), min);
    }

    private static Decision release(WindowSize size, Map<UUID, Contribution> counted, int min) {
        TeamAggregate aggregate = new TeamAggregate(size);
        counted.values().forEach(aggregate::add);
        TeamAggregate.Statistics figures = aggregate.statistics(min);
        return figures == null
                ? new Decision(null, WithheldReason.TOO_FEW)
                : new Decision(new WindowRelease(counted, figures), null);
    }

    private static Map<UUID, Contribution> active(Map<UUID, Contribution> members) {
        Map<UUID, Contribution> active = new HashMap<>(members);
        active.values().removeIf(contribution -> !contribution.isActive());
        return active;
    }

    private static int different(Map<UUID, Contribution> members, Map<UUID, Contribution> inside) {
        Set<UUID> all = new HashSet<>(members.keySet());
        all.addAll(inside.keySet());
        return Math.toIntExact(all.stream()
                .filter(userId -> isDifferent(members.get(userId), inside.get(userId)))
                .count());
    }

    private static boolean isDifferent(@Nullable Contribution whole, @Nullable Contribution inside) {
        return whole == null || inside == null || !whole.equals(inside) || whole.isCut();
    }
}
