package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.flowstream.TeamWindowState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * The windows of teams and what each member contributes to each. Rows expire {@link #RETENTION} after their last change
 * by the wall clock, so that a replay of old history retains what it has just stored. Not thread-safe.
 */
final class TeamWindowStore {

    /**
     * A day window, its lateness of a day, and twelve days for a partition that lags behind in a replay or after an
     * outage.
     */
    static final Duration RETENTION = Duration.ofDays(14);

    private static final Bytes CONTRIBUTIONS_PERIOD_KEY = Bytes.wrap(new byte[] {1});
    private static final Bytes WINDOWS_PERIOD_KEY = Bytes.wrap(new byte[] {2});

    private final ExpiringStore contributions;
    private final ExpiringStore windows;

    /** @param clocks stores the periods that the two stores have reached */
    TeamWindowStore(
            WindowStore<Bytes, byte[]> contributions,
            WindowStore<Bytes, byte[]> windows,
            KeyValueStore<Bytes, byte[]> clocks) {
        this.contributions = new ExpiringStore(contributions, clocks, CONTRIBUTIONS_PERIOD_KEY, RETENTION);
        this.windows = new ExpiringStore(windows, clocks, WINDOWS_PERIOD_KEY, RETENTION);
    }

    /** Expires rows as of the wall clock. */
    void advanceTo(long wallMs) {
        contributions.advanceTo(wallMs);
        windows.advanceTo(wallMs);
    }

    void forEachWindow(BiConsumer<Bytes, TeamWindowState> action) {
        windows.all().forEach(row -> action.accept(row.key, TeamWindowState.decode(row.value)));
    }

    TeamWindowState state(Bytes window) {
        return TeamWindowState.decode(windows.get(window));
    }

    void putState(Bytes window, TeamWindowState state) {
        windows.put(window, state.encode());
    }

    byte @Nullable [] contribution(Bytes member) {
        return contributions.get(member);
    }

    void putContribution(Bytes member, byte[] totals) {
        contributions.put(member, totals);
    }

    void deleteContribution(Bytes member) {
        contributions.delete(member);
    }

    /** Returns the keys of what a user contributes to any window of a team. */
    List<Bytes> contributionsOf(UUID teamId, UUID userId) {
        return contributions.range(TeamStoreKeys.firstMember(teamId), TeamStoreKeys.lastMember(teamId)).stream()
                .map(row -> row.key)
                .filter(key -> TeamStoreKeys.userIdOf(key).equals(userId))
                .toList();
    }

    /** Returns what each member contributes to a window. */
    Map<UUID, Contribution> contributionsTo(Bytes window) {
        WindowSize size = TeamStoreKeys.sizeOf(window);
        Map<UUID, Contribution> members = new HashMap<>();
        for (KeyValue<Bytes, byte[]> row :
                contributions.range(TeamStoreKeys.firstMember(window), TeamStoreKeys.lastMember(window))) {
            members.put(TeamStoreKeys.userIdOf(row.key), Contribution.decode(size, row.value));
        }
        return members;
    }

    /** Replaces the contributions to a window by those that were released, for the longer windows that enclose it. */
    void putReleased(Bytes window, Map<UUID, Contribution> released) {
        for (UUID userId : contributionsTo(window).keySet()) {
            if (!released.containsKey(userId)) {
                contributions.delete(TeamStoreKeys.member(window, userId));
            }
        }
        released.forEach((userId, contribution) ->
                contributions.put(TeamStoreKeys.member(window, userId), contribution.encode()));
    }

    /**
     * Returns what was released inside a window, by member: from the next shorter windows where released, and from
     * still shorter ones where not.
     */
    Map<UUID, Contribution> releasedInside(Bytes window) {
        Map<UUID, Contribution> released = new HashMap<>();
        addReleased(window, TeamStoreKeys.sizeOf(window), released);
        return released;
    }

    private void addReleased(Bytes window, WindowSize whole, Map<UUID, Contribution> into) {
        WindowSize shorter = TeamStoreKeys.sizeOf(window).shorter();
        if (shorter == null) {
            return;
        }
        UUID teamId = TeamStoreKeys.teamIdOf(window);
        long fromMs = TeamStoreKeys.startOf(window);
        long toMs = fromMs + TeamStoreKeys.sizeOf(window).lengthMs() - 1;
        for (KeyValue<Bytes, byte[]> row : windows.range(
                TeamStoreKeys.window(teamId, shorter, fromMs), TeamStoreKeys.window(teamId, shorter, toMs))) {
            if (TeamWindowState.decode(row.value).stage() == Stage.RELEASED) {
                contributionsTo(row.key)
                        .forEach((userId, contribution) -> into.computeIfAbsent(userId, _ -> new Contribution(whole))
                                .addWindow(TeamStoreKeys.startOf(row.key), contribution));
            } else {
                addReleased(row.key, whole, into);
            }
        }
    }

    /** Returns the longer windows that enclose a window, whether or not anything is in them. */
    static List<Bytes> enclosing(Bytes window) {
        List<Bytes> longer = new ArrayList<>();
        for (WindowSize size = TeamStoreKeys.sizeOf(window).longer(); size != null; size = size.longer()) {
            longer.add(TeamStoreKeys.window(
                    TeamStoreKeys.teamIdOf(window), size, size.startOf(TeamStoreKeys.startOf(window))));
        }
        return longer;
    }
}
