package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.MembershipHistory;
import dev.mindfulcode.flowengine.team.MembershipHistory.Change;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.TeamContribution;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what users contribute to the windows of their teams: absolute totals, at intervals of the wall clock, so
 * that an import costs no more than its minutes.
 *
 * <p>A contribution follows from the user's minutes and memberships alone, whichever is read first: after a change of
 * membership all later windows are published again. Memory: some 100 bytes per user in a team. Not thread-safe.
 */
final class TeamContributionPublisher {

    static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(5);
    static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

    /** The size code of a record with a membership instead of a contribution to a window. */
    static final int MEMBERSHIP_CODE = 0;

    /** Users published per poll, some milliseconds each; the next poll publishes the rest. */
    static final int USERS_PER_POLL_MAX = 100;

    private static final WindowSize[] SIZES = WindowSize.values();
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private static final int SPAN_BYTES = 2 * Long.BYTES + 1;

    private final ProcessorContext<UUID, Object> context;
    private final SealedStore memberships;
    private final SealedStore pendingStore;
    private final MinuteStore minutes;
    private final UserCiphers ciphers;
    private final Set<UUID> members = new HashSet<>();

    /** The users with unpublished minutes, the longest waiting first. */
    private final Map<UUID, Pending> pending = new LinkedHashMap<>();

    private record Pending(Span span, long sinceMs) {}

    TeamContributionPublisher(
            ProcessorContext<UUID, Object> context,
            SealedStore memberships,
            SealedStore pendingStore,
            MinuteStore minutes,
            UserCiphers ciphers) {
        this.context = context;
        this.memberships = memberships;
        this.pendingStore = pendingStore;
        this.minutes = minutes;
        this.ciphers = ciphers;
        memberships.keys().forEach(key -> members.add(UserStoreKeys.userIdOf(key)));
    }

    /** Returns the keys of the users with unpublished minutes. */
    List<Bytes> storedKeys() {
        return pendingStore.keys();
    }

    /** Restores what is in memory of unpublished minutes. */
    void restore() {
        pendingStore
                .rows()
                .forEach(row -> pending.put(UserStoreKeys.userIdOf(row.key), new Pending(Span.decode(row.value), 0)));
    }

    /**
     * Stores a change and publishes the membership.
     *
     * @param receivedAtMs the clock of receipt
     */
    void membershipChanged(UUID userId, UUID teamId, long atMs, Change change, long receivedAtMs) {
        Bytes key = UserStoreKeys.team(userId, teamId);
        byte[] stored = memberships.get(key);
        MembershipHistory before = stored == null ? MembershipHistory.none() : MembershipHistory.decode(stored);
        MembershipHistory after = before.with(atMs, change);
        if (after == before) {
            return;
        }
        memberships.put(key, after.encode());
        members.add(userId);
        publish(teamId, userId, MEMBERSHIP_CODE, 0, after.encode(), receivedAtMs);
        // What was published may be too much now, so that empty contributions are published as well.
        markPending(userId, new Span(WindowSize.DAY.startOf(atMs), Long.MAX_VALUE, true));
    }

    /** Marks a minute whose totals grew. */
    void minuteGrew(UUID userId, long minuteMs) {
        markPending(userId, new Span(minuteMs, minuteMs, false));
    }

    /** Marks all minutes from this one on, whose totals may have shrunk. */
    void minutesShrank(UUID userId, long fromMs) {
        markPending(userId, new Span(fromMs, Long.MAX_VALUE, true));
    }

    private void markPending(UUID userId, Span more) {
        if (!members.contains(userId)) {
            return;
        }
        Pending before = pending.get(userId);
        Span after = before == null ? more : before.span.and(more);
        if (before == null || !after.equals(before.span)) {
            pending.put(userId, new Pending(after, before == null ? context.currentSystemTimeMs() : before.sinceMs));
            pendingStore.put(Bytes.wrap(UserStoreKeys.prefix(userId)), after.encode());
        }
    }

    /**
     * Publishes the users that are due.
     *
     * @param receivedAtMs the clock of receipt
     * @throws KeysUnavailableException if a user's key cannot be looked up now; that user waits behind the others
     */
    void publishDue(long wallMs, long receivedAtMs) {
        for (int published = 0; published < USERS_PER_POLL_MAX && !pending.isEmpty(); published++) {
            Map.Entry<UUID, Pending> first = pending.entrySet().iterator().next();
            long waitedMs = wallMs - first.getValue().sinceMs;
            // Negative after the clock was set back; then the user is due.
            if (waitedMs >= 0 && waitedMs < PUBLISH_INTERVAL.toMillis()) {
                return;
            }
            UUID userId = first.getKey();
            Pending due = first.getValue();
            pending.remove(userId);
            pending.put(userId, due);
            ciphers.beginNow(userId);
            publishPending(userId, due.span, receivedAtMs);
        }
    }

    /** Publishes all users with pending minutes before this instant. */
    void publishMinutesBefore(long beforeMs, long receivedAtMs) {
        List<Map.Entry<UUID, Pending>> old = pending.entrySet().stream()
                .filter(entry -> entry.getValue().span.fromMs < beforeMs)
                .toList();
        for (Map.Entry<UUID, Pending> entry : old) {
            ciphers.begin(entry.getKey());
            publishPending(entry.getKey(), entry.getValue().span, receivedAtMs);
        }
    }

    private void publishPending(UUID userId, Span span, long receivedAtMs) {
        pending.remove(userId);
        pendingStore.delete(Bytes.wrap(UserStoreKeys.prefix(userId)));
        publish(userId, span, receivedAtMs);
    }

    private void publish(UUID userId, Span span, long receivedAtMs) {
        Map<UUID, MembershipHistory> teams = teamsOf(userId);
        if (!span.shrank) {
            teams.values().removeIf(membership -> !membership.hasEverCounted());
        }
        if (teams.isEmpty()) {
            return;
        }
        List<TeamTotals> totals = new ArrayList<>();
        teams.forEach((teamId, membership) -> totals.add(new TeamTotals(teamId, membership, new LinkedHashMap<>())));
        long fromMs = WindowSize.DAY.startOf(span.fromMs);
        long toMs = span.toMs == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : WindowSize.DAY.startOf(span.toMs) + WindowSize.DAY.lengthMs();
        minutes.inTime(userId, fromMs, toMs, (minuteMs, bySize) -> {
            for (TeamTotals team : totals) {
                addMinute(team, span, minuteMs, bySize);
            }
        });
        for (TeamTotals team : totals) {
            team.windows.forEach((window, contribution) -> {
                if (!contribution.isEmpty() || span.shrank) {
                    byte[] encoded = contribution.isEmpty() ? null : contribution.encode();
                    publish(team.teamId, userId, window.size.code(), window.startMs, encoded, receivedAtMs);
                }
            });
        }
    }

    private static void addMinute(TeamTotals team, Span span, long minuteMs, MinuteTotals[] bySize) {
        boolean counts = team.membership.countsOn(WindowSize.DAY.startOf(minuteMs));
        for (WindowSize size : SIZES) {
            long startMs = size.startOf(minuteMs);
            if (startMs > span.toMs || startMs + size.lengthMs() <= span.fromMs) {
                continue;
            }
            Contribution contribution =
                    team.windows.computeIfAbsent(new Window(size, startMs), _ -> new Contribution());
            MinuteTotals inTime = bySize[size.ordinal()];
            if (counts) {
                contribution.addMinute(inTime.activeMs, inTime.flowMs, inTime.interruptions);
            }
        }
    }

    private void publish(
            UUID teamId, UUID userId, int sizeCode, long startMs, byte @Nullable [] totals, long receivedAtMs) {
        UserCipher cipher = ciphers.of(userId);
        if (cipher == null) {
            return;
        }
        TeamContribution value = new TeamContribution();
        value.setUserId(userId);
        value.setReceivedAt(Instant.ofEpochMilli(receivedAtMs));
        value.setSizeCode(sizeCode);
        value.setWindowStart(Instant.ofEpochMilli(startMs));
        value.setTotals(ContributionSeal.seal(totals, cipher));
        forward(teamId, value);
    }

    /** Deletes an erased user, here and in their teams. */
    void delete(UUID userId, long receivedAtMs) {
        for (Bytes membership : memberships.keysOf(userId)) {
            TeamContribution value = new TeamContribution();
            value.setUserId(userId);
            value.setReceivedAt(Instant.ofEpochMilli(receivedAtMs));
            value.setErased(true);
            value.setWindowStart(Instant.EPOCH);
            value.setTotals(EMPTY);
            forward(UserStoreKeys.teamIdOf(membership), value);
            memberships.delete(membership);
        }
        members.remove(userId);
        pending.remove(userId);
        pendingStore.delete(Bytes.wrap(UserStoreKeys.prefix(userId)));
    }

    private void forward(UUID teamId, TeamContribution value) {
        context.forward(
                new Record<>(teamId, value, context.currentSystemTimeMs()), FlowTopology.TEAM_CONTRIBUTIONS_OUT);
    }

    private Map<UUID, MembershipHistory> teamsOf(UUID userId) {
        Map<UUID, MembershipHistory> teams = new HashMap<>();
        for (KeyValue<Bytes, byte[]> row : memberships.rowsOf(userId)) {
            teams.put(UserStoreKeys.teamIdOf(row.key), MembershipHistory.decode(row.value));
        }
        return teams;
    }

    private record TeamTotals(UUID teamId, MembershipHistory membership, Map<Window, Contribution> windows) {}

    private record Window(WindowSize size, long startMs) {}

    /**
     * The minutes of a user that are not published yet.
     *
     * @param fromMs the first minute
     * @param toMs the last minute
     * @param shrank whether totals may have shrunk, so that empty contributions are published as well
     */
    private record Span(long fromMs, long toMs, boolean shrank) {

        Span and(Span more) {
            return new Span(Math.min(fromMs, more.fromMs), Math.max(toMs, more.toMs), shrank || more.shrank);
        }

        byte[] encode() {
            return ByteBuffer.allocate(SPAN_BYTES)
                    .putLong(fromMs)
                    .putLong(toMs)
                    .put((byte) (shrank ? 1 : 0))
                    .array();
        }

        static Span decode(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new Span(buffer.getLong(), buffer.getLong(), buffer.get() != 0);
        }
    }
}
