package dev.mindfulcode.flowengine.team;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is released of a team's window when it closes: each member's contribution as it counts, and the figures over
 * them. A window is released once.
 *
 * <p>Windows contain shorter ones, so a reader of an hour and of its five minutes knows the difference. The difference
 * between a window and what was released inside it is therefore held to the same minimum as a window: it must come from
 * nobody, or from at least {@code membersMin} members. Where it comes from fewer, the longer window repeats what its
 * shorter ones said and leaves the rest out.
 *
 * @param contributions by user id; of at least the minimum number of members, all of them active
 */
public record WindowRelease(Map<UUID, Contribution> contributions, TeamAggregate.Figures figures) {

    public WindowRelease {
        contributions = Map.copyOf(contributions);
    }

    /** Why a window is not released. */
    public enum Refusal {
        /** Fewer than the minimum were active; it could be released if more were. */
        TOO_FEW,
        /** The difference to what was released inside it would be that of a few; this does not change. */
        WITHHELD
    }

    /**
     * The outcome of a decision.
     *
     * @param release null where the window is refused
     * @param refusal null where it is released
     */
    public record Decision(
            @Nullable WindowRelease release, @Nullable Refusal refusal) {}

    /**
     * Decides what is released of a window.
     *
     * @param members what each member added to the window, by user id
     * @param inside what was released of each member in shorter windows inside this one, in windows of this size
     * @param membersMin at least {@link TeamAggregate#MEMBERS_MIN_LEAST}, whatever is given
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
        // Bounds of the longer window would cut what the shorter ones said, and show by how much.
        return inside.values().stream().anyMatch(Contribution::isCut)
                ? new Decision(null, Refusal.WITHHELD)
                : release(size, active(inside), min);
    }

    private static Decision release(WindowSize size, Map<UUID, Contribution> counted, int min) {
        TeamAggregate aggregate = new TeamAggregate(size);
        counted.values().forEach(aggregate::add);
        TeamAggregate.Figures figures = aggregate.figures(min);
        return figures == null
                ? new Decision(null, Refusal.TOO_FEW)
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
