package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.MembershipHistory;
import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.WindowSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * The members of teams, what each contributes to the windows of days that are not released yet, and each team's ledger.
 * Contributions expire {@link #RETENTION} after their last change by the wall clock, so that a replay of old history
 * retains what it has just stored. Not thread-safe.
 */
final class TeamWindowStore {

    /**
     * A day window, its lateness of a day, and twelve days for a partition that lags behind in a replay or after an
     * outage.
     */
    static final Duration RETENTION = Duration.ofDays(14);

    private static final Bytes CONTRIBUTIONS_PERIOD_KEY = Bytes.wrap(new byte[] {1});
    private static final WindowSize[] SIZES = WindowSize.values();

    private final ExpiringStore contributions;
    private final KeyValueStore<Bytes, byte[]> members;
    private final KeyValueStore<Bytes, byte[]> ledgers;
    private final ContributionSeal seal;

    /**
     * @param clocks stores the period that the contributions have reached
     * @param seal opens the rows of the step's members
     */
    TeamWindowStore(
            WindowStore<Bytes, byte[]> contributions,
            KeyValueStore<Bytes, byte[]> members,
            KeyValueStore<Bytes, byte[]> ledgers,
            KeyValueStore<Bytes, byte[]> clocks,
            ContributionSeal seal) {
        this.contributions = new ExpiringStore(contributions, clocks, CONTRIBUTIONS_PERIOD_KEY, RETENTION);
        this.members = members;
        this.ledgers = ledgers;
        this.seal = seal;
    }

    /** Expires rows as of the wall clock. */
    void advanceTo(long wallMs) {
        contributions.advanceTo(wallMs);
    }

    void putContribution(Bytes member, byte[] sealed) {
        contributions.put(member, sealed);
    }

    byte @Nullable [] contribution(Bytes member) {
        return seal.open(TeamStoreKeys.userIdOf(member), contributions.get(member));
    }

    void deleteContribution(Bytes member) {
        contributions.delete(member);
    }

    void putMember(UUID teamId, UUID userId, byte[] sealed) {
        members.put(UserStoreKeys.team(teamId, userId), sealed);
    }

    byte @Nullable [] member(UUID teamId, UUID userId) {
        return seal.open(userId, members.get(UserStoreKeys.team(teamId, userId)));
    }

    /** Returns the ids of the stored members of all teams, with a key or without. */
    Set<UUID> memberIds() {
        return UserStoreKeys.keys(members.all()).stream()
                .map(UserStoreKeys::sessionIdOf)
                .collect(Collectors.toSet());
    }

    Set<UUID> memberIdsOf(UUID teamId) {
        return UserStoreKeys.keysWith(members, UserStoreKeys.prefix(teamId)).stream()
                .map(UserStoreKeys::sessionIdOf)
                .collect(Collectors.toSet());
    }

    /** Calls back with the team of each member with a key and their membership. */
    void forEachMember(BiConsumer<UUID, MembershipHistory> action) {
        forEach(members.all(), (key, membership) -> action.accept(UserStoreKeys.userIdOf(key), membership));
    }

    /** Returns the memberships of those who have a key. */
    Map<UUID, MembershipHistory> membersOf(UUID teamId) {
        Map<UUID, MembershipHistory> found = new HashMap<>();
        forEach(
                members.prefixScan(UserStoreKeys.prefix(teamId), UserStoreKeys.PREFIX_SERIALIZER),
                (key, membership) -> found.put(UserStoreKeys.sessionIdOf(key), membership));
        return found;
    }

    private void forEach(KeyValueIterator<Bytes, byte[]> rows, BiConsumer<Bytes, MembershipHistory> action) {
        try (rows) {
            rows.forEachRemaining(row -> {
                byte[] membership = seal.open(UserStoreKeys.sessionIdOf(row.key), row.value);
                if (membership != null) {
                    action.accept(row.key, MembershipHistory.decode(membership));
                }
            });
        }
    }

    /** Deletes an erased member and all that they contribute to days that are not released. */
    void deleteMember(UUID teamId, UUID userId) {
        members.delete(UserStoreKeys.team(teamId, userId));
        contributions.range(TeamStoreKeys.firstMember(teamId), TeamStoreKeys.lastMember(teamId)).stream()
                .map(row -> row.key)
                .filter(key -> TeamStoreKeys.userIdOf(key).equals(userId))
                .forEach(contributions::delete);
    }

    @Nullable
    TeamLedger ledger(UUID teamId) {
        byte[] row = ledgers.get(Bytes.wrap(UserStoreKeys.prefix(teamId)));
        return row == null ? null : TeamLedger.decode(row);
    }

    void putLedger(UUID teamId, TeamLedger ledger) {
        ledgers.put(Bytes.wrap(UserStoreKeys.prefix(teamId)), ledger.encode());
    }

    /** Returns what each user with a key contributes to a day and its hours. */
    Map<UUID, MemberDay> memberDays(UUID teamId, long dayStartMs) {
        Map<UUID, MemberDay> days = new HashMap<>();
        for (WindowSize size : SIZES) {
            for (KeyValue<Bytes, byte[]> row : rowsOf(teamId, size, dayStartMs)) {
                byte[] totals = seal.open(TeamStoreKeys.userIdOf(row.key), row.value);
                if (totals == null) {
                    continue;
                }
                MemberDay day = days.computeIfAbsent(
                        TeamStoreKeys.userIdOf(row.key), _ -> new MemberDay(new Contribution(), new HashMap<>()));
                Contribution contribution = Contribution.decode(size, totals);
                if (size == WindowSize.DAY) {
                    days.put(TeamStoreKeys.userIdOf(row.key), new MemberDay(contribution, day.hours()));
                } else {
                    day.hours().put(TeamStoreKeys.startOf(row.key), contribution);
                }
            }
        }
        return days;
    }

    /** Deletes what anybody contributes to a day and its hours: after the release nothing needs it. */
    void deleteDay(UUID teamId, long dayStartMs) {
        for (WindowSize size : SIZES) {
            rowsOf(teamId, size, dayStartMs).forEach(row -> contributions.delete(row.key));
        }
    }

    private List<KeyValue<Bytes, byte[]>> rowsOf(UUID teamId, WindowSize size, long dayStartMs) {
        long lastMs = dayStartMs + WindowSize.DAY.lengthMs() - size.lengthMs();
        return new ArrayList<>(contributions.range(
                TeamStoreKeys.firstMember(TeamStoreKeys.window(teamId, size, dayStartMs)),
                TeamStoreKeys.lastMember(TeamStoreKeys.window(teamId, size, lastMs))));
    }
}
