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
import java.util.UUID;
import java.util.function.BiConsumer;
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

    /** @param clocks stores the period that the contributions have reached */
    TeamWindowStore(
            WindowStore<Bytes, byte[]> contributions,
            KeyValueStore<Bytes, byte[]> members,
            KeyValueStore<Bytes, byte[]> ledgers,
            KeyValueStore<Bytes, byte[]> clocks) {
        this.contributions = new ExpiringStore(contributions, clocks, CONTRIBUTIONS_PERIOD_KEY, RETENTION);
        this.members = members;
        this.ledgers = ledgers;
    }

    /** Expires rows as of the wall clock. */
    void advanceTo(long wallMs) {
        contributions.advanceTo(wallMs);
    }

    void putContribution(Bytes member, byte[] totals) {
        contributions.put(member, totals);
    }

    byte @Nullable [] contribution(Bytes member) {
        return contributions.get(member);
    }

    void deleteContribution(Bytes member) {
        contributions.delete(member);
    }

    void putMember(UUID teamId, UUID userId, byte[] membership) {
        members.put(UserStoreKeys.team(teamId, userId), membership);
    }

    byte @Nullable [] member(UUID teamId, UUID userId) {
        return members.get(UserStoreKeys.team(teamId, userId));
    }

    /** Calls back with the team of each member and their membership. */
    void forEachMember(BiConsumer<UUID, MembershipHistory> action) {
        try (KeyValueIterator<Bytes, byte[]> rows = members.all()) {
            rows.forEachRemaining(
                    row -> action.accept(UserStoreKeys.userIdOf(row.key), MembershipHistory.decode(row.value)));
        }
    }

    Map<UUID, MembershipHistory> membersOf(UUID teamId) {
        Map<UUID, MembershipHistory> found = new HashMap<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                members.prefixScan(UserStoreKeys.prefix(teamId), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(
                    row -> found.put(UserStoreKeys.sessionIdOf(row.key), MembershipHistory.decode(row.value)));
        }
        return found;
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

    /** Returns what each user contributes to a day and its hours. */
    Map<UUID, MemberDay> memberDays(UUID teamId, long dayStartMs) {
        Map<UUID, MemberDay> days = new HashMap<>();
        for (WindowSize size : SIZES) {
            for (KeyValue<Bytes, byte[]> row : rowsOf(teamId, size, dayStartMs)) {
                MemberDay day = days.computeIfAbsent(
                        TeamStoreKeys.userIdOf(row.key), _ -> new MemberDay(new Contribution(), new HashMap<>()));
                Contribution contribution = Contribution.decode(size, row.value);
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
