package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.MembershipHistory;
import dev.mindfulcode.flowengine.team.PrivacyAccount;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Noised;
import dev.mindfulcode.flowengine.team.TeamFigure;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowOutcome;
import dev.mindfulcode.schemas.TeamWindowSize;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Stores what each member contributes to the windows of their teams, and releases each team's days in order, each once:
 * the day and its hours with noise, for a charge to the team's privacy budget. Nothing of an open day leaves this
 * processor, and nothing changes a released one.
 *
 * <p>A day closes {@link #CLOSE_DELAY} after its lateness by the clock of receipt. It is released if enough members
 * count on it, active or not: the existence of a window must reveal nothing about typing. A contribution to a
 * released day is dropped and counted. Not thread-safe.
 */
final class TeamWindowProcessor implements Processor<@Nullable UUID, @Nullable TeamContribution, UUID, SpecificRecord> {

    static final Duration CLOSE_INTERVAL = Duration.ofSeconds(2);

    /** Covers the usual lag between partitions: the users' side of the stream publishes every few seconds. */
    static final Duration CLOSE_DELAY = Duration.ofMinutes(10);

    /**
     * A day closes only if nothing in it changed for so long by the wall clock: in a replay the clock of receipt runs
     * with the fastest partition.
     */
    static final Duration QUIET_PERIOD = Duration.ofMinutes(1);

    /** Days closed per poll; the next poll closes the rest. */
    static final int DAYS_PER_POLL_MAX = 1_000;

    private static final Bytes CLOCK_KEY = Bytes.wrap(new byte[] {0});
    private static final long DAY_MS = WindowSize.DAY.lengthMs();

    private final ContributionSeal seal;
    private final TeamPrivacy privacy;
    private final StreamMeters meters;
    private final StreamClock clock = new StreamClock();

    /** The teams with members. Some 200 bytes each. */
    private final Map<UUID, OpenDays> teams = new HashMap<>();

    private ProcessorContext<UUID, SpecificRecord> context;
    private TeamWindowStore store;
    private KeyValueStore<Bytes, byte[]> clocks;
    private boolean restored;
    private long startedAtMs;
    private long clockStoredMs;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    TeamWindowProcessor(KeyLookup keys, TeamPrivacy privacy, StreamMeters meters) {
        this.seal = new ContributionSeal(keys);
        this.privacy = privacy;
        this.meters = meters;
    }

    /** The days of a team from the next one to close on, and when they last changed by the wall clock. */
    private static final class OpenDays {

        /** Days before it are final. */
        private long finalBeforeMs = Long.MIN_VALUE;

        private long nextDayMs = Long.MAX_VALUE;
        private long membersChangedAtMs;
        private final Map<Long, Long> changedAtMs = new HashMap<>();

        /** Considers days again that had too few members, from one on. */
        void reopenFrom(long dayMs) {
            nextDayMs = Math.min(nextDayMs, Math.max(dayMs, finalBeforeMs));
        }

        void closeNext() {
            changedAtMs.remove(nextDayMs);
            nextDayMs += DAY_MS;
        }
    }

    @Override
    public void init(ProcessorContext<UUID, SpecificRecord> context) {
        this.context = context;
        clocks = context.getStateStore(FlowTopology.TEAM_CLOCKS_STORE);
        store = new TeamWindowStore(
                context.getStateStore(FlowTopology.CONTRIBUTIONS_STORE),
                context.getStateStore(FlowTopology.TEAM_MEMBERS_STORE),
                context.getStateStore(FlowTopology.TEAM_LEDGERS_STORE),
                clocks,
                seal);
        meters.budget.start(privacy.budget().monthMicros());
        startedAtMs = context.currentSystemTimeMs();
        store.advanceTo(startedAtMs);
        byte[] storedClock = clocks.get(CLOCK_KEY);
        if (storedClock != null) {
            clockStoredMs = ByteBuffer.wrap(storedClock).getLong();
            clock.observe(clockStoredMs, startedAtMs);
        }
        context.schedule(CLOSE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::poll);
    }

    /**
     * Restores the days of teams, before the first record or poll. Not in {@link #init}: the members' keys are needed,
     * and a rebalance while the database is down must not fail.
     */
    private void restore(Consumer<Set<UUID>> beginning) {
        if (!restored) {
            beginning.accept(store.memberIds());
            store.forEachMember((teamId, membership) -> openDays(teamId).reopenFrom(firstDayOf(membership)));
            restored = true;
        }
    }

    private void poll(long wallMs) {
        try {
            restore(seal::beginNow);
            closeDue(wallMs);
        } catch (KeysUnavailableException e) {
            // A day is closed or not begun; the next poll continues.
            meters.pollsDeferred.increment();
        }
    }

    private OpenDays openDays(UUID teamId) {
        return teams.computeIfAbsent(teamId, _ -> {
            OpenDays days = new OpenDays();
            TeamLedger ledger = store.ledger(teamId);
            if (ledger != null) {
                days.finalBeforeMs = ledger.nextDayMs();
            }
            return days;
        });
    }

    private static long firstDayOf(MembershipHistory membership) {
        long firstMs = membership.firstChangeMs();
        return firstMs == Long.MAX_VALUE ? firstMs : WindowSize.DAY.startOf(Math.max(0, firstMs));
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable TeamContribution> record) {
        UUID teamId = record.key();
        TeamContribution value = record.value();
        if (teamId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        restore(seal::begin);
        if (value.getErased()) {
            store.deleteMember(teamId, value.getUserId());
            membersChanged(teamId);
        } else {
            apply(teamId, value);
        }
        clock.observe(value.getReceivedAt().toEpochMilli(), context.currentSystemTimeMs());
    }

    private void apply(UUID teamId, TeamContribution value) {
        UUID userId = value.getUserId();
        byte[] sealed = Utils.toArray(value.getTotals());
        seal.begin(Set.of(userId));
        byte[] totals = sealed.length == 0 ? sealed : seal.open(userId, sealed);
        if (totals == null || !seal.hasKey(userId)) {
            meters.teamContributionsOfErased.increment();
        } else if (value.getSizeCode() == TeamContributionPublisher.MEMBERSHIP_CODE) {
            applyMembership(teamId, value, totals, sealed);
        } else {
            applyContribution(teamId, value, totals, sealed);
        }
    }

    private void applyMembership(UUID teamId, TeamContribution value, byte[] encoded, byte[] sealed) {
        MembershipHistory membership;
        try {
            membership = MembershipHistory.decode(encoded);
        } catch (RuntimeException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
        if (Arrays.equals(encoded, store.member(teamId, value.getUserId()))) {
            return;
        }
        store.putMember(teamId, value.getUserId(), sealed);
        openDays(teamId).reopenFrom(firstDayOf(membership));
        membersChanged(teamId);
    }

    private void membersChanged(UUID teamId) {
        openDays(teamId).membersChangedAtMs = context.currentSystemTimeMs();
    }

    private void applyContribution(UUID teamId, TeamContribution value, byte[] totals, byte[] sealed) {
        WindowSize size = validSize(value, totals);
        long startMs = value.getWindowStart().toEpochMilli();
        long dayMs = WindowSize.DAY.startOf(startMs);
        OpenDays days = openDays(teamId);
        if (dayMs < days.finalBeforeMs) {
            meters.teamContributionsDropped.increment();
            return;
        }
        Bytes member = TeamStoreKeys.member(TeamStoreKeys.window(teamId, size, startMs), value.getUserId());
        byte[] before = store.contribution(member);
        if (Arrays.equals(before == null ? new byte[0] : before, totals)) {
            return;
        }
        if (totals.length == 0) {
            store.deleteContribution(member);
        } else {
            store.putContribution(member, sealed);
        }
        days.changedAtMs.put(dayMs, context.currentSystemTimeMs());
    }

    private static WindowSize validSize(TeamContribution value, byte[] totals) {
        WindowSize size;
        try {
            size = WindowSize.ofCode(value.getSizeCode());
            if (totals.length > 0) {
                Contribution.decode(size, totals);
            }
        } catch (IllegalArgumentException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
        long startMs = value.getWindowStart().toEpochMilli();
        if (startMs < 0 || startMs != size.startOf(startMs)) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        return size;
    }

    private static long closesAtMs(long dayMs) {
        return WindowSize.DAY.receivedUntilMs(dayMs) + CLOSE_DELAY.toMillis();
    }

    private void closeDue(long wallMs) {
        if (clock.isKnown()) {
            long nowMs = clock.nowMs(wallMs);
            int[] left = {DAYS_PER_POLL_MAX};
            teams.forEach((teamId, days) -> closeDue(teamId, days, nowMs, wallMs, left));
        }
        store.advanceTo(wallMs);
        if (Math.abs(clock.receivedAtMs() - clockStoredMs) >= CLOSE_INTERVAL.toMillis()) {
            clockStoredMs = clock.receivedAtMs();
            clocks.put(
                    CLOCK_KEY,
                    ByteBuffer.allocate(Long.BYTES).putLong(clockStoredMs).array());
        }
    }

    private void closeDue(UUID teamId, OpenDays days, long nowMs, long wallMs, int[] left) {
        Map<UUID, MembershipHistory> memberships = null;
        while (left[0] > 0
                && days.nextDayMs != Long.MAX_VALUE
                && closesAtMs(days.nextDayMs) <= nowMs
                && isQuiet(days, wallMs)) {
            left[0]--;
            if (memberships == null) {
                seal.beginNow(store.memberIdsOf(teamId));
                memberships = store.membersOf(teamId);
            }
            long dayMs = days.nextDayMs;
            Set<UUID> members = memberships.entrySet().stream()
                    .filter(member -> member.getValue().countsOn(dayMs))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            if (members.size() < privacy.membersMin()) {
                meters.teamDaysTooFew.increment();
            } else {
                close(teamId, days, members);
            }
            days.closeNext();
        }
    }

    /** Negative after the clock was set back: how long the day has been quiet is unknown, so it does not wait. */
    private boolean isQuiet(OpenDays days, long wallMs) {
        long changedAtMs = Math.max(
                Math.max(startedAtMs, days.membersChangedAtMs), days.changedAtMs.getOrDefault(days.nextDayMs, 0L));
        long quietMs = wallMs - changedAtMs;
        return quietMs < 0 || quietMs >= QUIET_PERIOD.toMillis();
    }

    private void close(UUID teamId, OpenDays days, Set<UUID> members) {
        long dayMs = days.nextDayMs;
        TeamLedger ledger = store.ledger(teamId);
        PrivacyAccount before = (ledger == null ? PrivacyAccount.EMPTY : ledger.account()).in(dayMs);
        PrivacyAccount charged = before.charge(dayMs, privacy.budget());
        if (charged == null) {
            meters.teamDaysWithheld.increment();
            forward(record(teamId, WindowSize.DAY, dayMs, before, TeamWindowOutcome.BUDGET_SPENT));
        } else {
            meters.teamDaysReleased.increment();
            release(teamId, dayMs, members, charged);
        }
        PrivacyAccount after = charged == null ? before : charged;
        meters.budget.observe(dayMs, charged == null ? 0 : privacy.budget().monthMicros() - after.spentMicros());
        store.deleteDay(teamId, dayMs);
        days.finalBeforeMs = dayMs + DAY_MS;
        store.putLedger(teamId, new TeamLedger(days.finalBeforeMs, after));
    }

    private void release(UUID teamId, long dayMs, Set<UUID> members, PrivacyAccount charged) {
        Map<UUID, MemberDay> memberDays = store.memberDays(teamId, dayMs);
        memberDays.keySet().retainAll(members);
        List<TeamDayRelease.Window> windows = TeamDayRelease.of(
                dayMs, members.size(), memberDays.values(), privacy.budget(), privacy.noiseOf(teamId));
        for (TeamDayRelease.Window window : windows) {
            TeamWindow record = record(teamId, window.size(), window.startMs(), charged, TeamWindowOutcome.RELEASED);
            record.setMembers(members.size());
            record.setRhoMicros(
                    window.size() == WindowSize.DAY ? privacy.budget().dayMicros() : 0);
            window.figures().forEach((figure, noised) -> set(record, figure, noised));
            forward(record);
        }
    }

    private void forward(TeamWindow record) {
        context.forward(
                new Record<>(record.getTeamId(), record, context.currentSystemTimeMs()), FlowTopology.TEAM_FLOW_OUT);
    }

    private TeamWindow record(
            UUID teamId, WindowSize size, long startMs, PrivacyAccount account, TeamWindowOutcome outcome) {
        TeamWindow record = new TeamWindow();
        record.setTeamId(teamId);
        record.setSize(wireSize(size));
        record.setWindowStart(Instant.ofEpochMilli(startMs));
        record.setVersion(1);
        record.setClosed(true);
        record.setMembersMin(privacy.membersMin());
        record.setSecondsAMemberMax(TeamFigure.ACTIVE_SECONDS.perMemberDayMax());
        record.setInterruptionsAMemberMax(TeamFigure.INTERRUPTIONS.perMemberDayMax());
        record.setOutcome(outcome);
        PrivacyBudget budget = privacy.budget();
        record.setRhoMonthMicros(account.spentMicros());
        record.setRhoMonthMaxMicros(budget.monthMicros());
        return record;
    }

    private static void set(TeamWindow record, TeamFigure figure, Noised noised) {
        switch (figure) {
            case ACTIVE_SECONDS -> {
                record.setActiveSeconds(noised.value());
                record.setActiveSecondsMargin(noised.margin());
            }
            case SECONDS_IN_FLOW -> {
                record.setSecondsInFlow(noised.value());
                record.setSecondsInFlowMargin(noised.margin());
            }
            case INTERRUPTIONS -> {
                record.setInterruptions(noised.value());
                record.setInterruptionsMargin(noised.margin());
            }
        }
    }

    private static TeamWindowSize wireSize(WindowSize size) {
        return switch (size) {
            case HOUR -> TeamWindowSize.HOUR;
            case DAY -> TeamWindowSize.DAY;
        };
    }
}
