package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.TeamAggregate.Statistics;
import dev.mindfulcode.flowengine.team.WindowRelease;
import dev.mindfulcode.flowengine.team.WindowRelease.Decision;
import dev.mindfulcode.flowengine.team.WindowRelease.WithheldReason;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.flowstream.TeamWindowState.Stage;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Stores what each member contributes to each window of their teams, and releases a window once, when it closes;
 * {@link WindowRelease} decides how much of it. Nothing of an open window leaves this processor, and nothing changes a
 * released one.
 *
 * <p>A window closes {@link #CLOSE_DELAY} after its lateness by the clock of receipt. That decides when it is released,
 * and not what is in it: whether a batch was in time depends on its own time of receipt. A window with too few members
 * when it closed opens again when a lagging partition brings more. A contribution to a released window is dropped and
 * counted: a second release would differ from the first by one member.
 *
 * <p>Of a team, shorter windows are released before the longer ones that enclose them. A window that arrives after an
 * enclosing one was released is withheld. Not thread-safe.
 */
final class TeamWindowProcessor implements Processor<@Nullable UUID, @Nullable TeamContribution, UUID, SpecificRecord> {

    static final Duration CLOSE_INTERVAL = Duration.ofSeconds(2);

    /** Covers the usual lag between partitions: the users' side of the stream publishes every few seconds. */
    static final Duration CLOSE_DELAY = Duration.ofMinutes(10);

    /**
     * A window closes only if nothing in it changed for so long by the wall clock: in a replay the clock of receipt
     * runs with the fastest partition.
     */
    static final Duration QUIET_PERIOD = Duration.ofMinutes(1);

    /** Windows checked per poll; the next poll checks the rest. */
    static final int WINDOWS_PER_POLL_MAX = 1_000;

    private static final Bytes CLOCK_KEY = Bytes.wrap(new byte[] {0});

    private final int membersMin;
    private final StreamMeters meters;
    private final StreamClock clock = new StreamClock();
    /**
     * Open windows by the time at which they close, then by key: of a team, the shorter before the longer. Some 150
     * bytes each; an active team has up to 600.
     */
    private final TreeMap<Long, Set<Bytes>> open = new TreeMap<>();

    private ProcessorContext<UUID, SpecificRecord> context;
    private TeamWindowStore store;
    private KeyValueStore<Bytes, byte[]> clocks;
    private long clockStoredMs;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    TeamWindowProcessor(int membersMin, StreamMeters meters) {
        this.membersMin = membersMin;
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, SpecificRecord> context) {
        this.context = context;
        clocks = context.getStateStore(FlowTopology.TEAM_CLOCKS_STORE);
        store = new TeamWindowStore(
                context.getStateStore(FlowTopology.CONTRIBUTIONS_STORE),
                context.getStateStore(FlowTopology.TEAM_WINDOWS_STORE),
                clocks);
        store.forEachWindow(this::trackOpen);
        store.advanceTo(context.currentSystemTimeMs());
        byte[] storedClock = clocks.get(CLOCK_KEY);
        if (storedClock != null) {
            clockStoredMs = ByteBuffer.wrap(storedClock).getLong();
            clock.observe(clockStoredMs, context.currentSystemTimeMs());
        }
        context.schedule(CLOSE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::closeDue);
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable TeamContribution> record) {
        UUID teamId = record.key();
        TeamContribution value = record.value();
        if (teamId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        if (value.getErased()) {
            erase(teamId, value.getUserId());
        } else {
            apply(teamId, value);
        }
        clock.observe(value.getReceivedAt().toEpochMilli(), context.currentSystemTimeMs());
    }

    private void apply(UUID teamId, TeamContribution value) {
        byte[] totals = PayloadReader.bytes(value.getTotals());
        Bytes window = TeamStoreKeys.window(
                teamId, validSize(value, totals), value.getWindowStart().toEpochMilli());
        Bytes member = TeamStoreKeys.member(window, value.getUserId());
        if (store.state(window).stage().isFinal()) {
            meters.teamContributionsDropped.increment();
            return;
        }
        byte[] before = store.contribution(member);
        if (Arrays.equals(before == null ? new byte[0] : before, totals)) {
            return;
        }
        if (totals.length == 0) {
            store.deleteContribution(member);
        } else {
            store.putContribution(member, totals);
        }
        markChanged(window);
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

    /**
     * Removes an erased user from open windows; of a released window the figures remain. An open window that encloses
     * a released one with the user is withheld: the difference would be theirs.
     */
    private void erase(UUID teamId, UUID userId) {
        for (Bytes member : store.contributionsOf(teamId, userId)) {
            store.deleteContribution(member);
            Bytes window = TeamStoreKeys.windowOf(member);
            switch (store.state(window).stage()) {
                case OPEN, TOO_FEW -> markChanged(window);
                case RELEASED -> TeamWindowStore.enclosing(window).forEach(this::withhold);
                case WITHHELD -> {}
            }
        }
    }

    private void withhold(Bytes window) {
        TeamWindowState state = store.state(window);
        if (!state.stage().isFinal()) {
            finish(window, state.changedAt(context.currentSystemTimeMs()), Stage.WITHHELD, null);
        }
    }

    private void markChanged(Bytes window) {
        TeamWindowState state = store.state(window).changedAt(context.currentSystemTimeMs());
        store.putState(window, state);
        trackOpen(window, state);
    }

    private void trackOpen(Bytes window, TeamWindowState state) {
        if (state.stage() == Stage.OPEN) {
            open.computeIfAbsent(closesAtMs(window), _ -> new TreeSet<>()).add(window);
        }
    }

    private static long closesAtMs(Bytes window) {
        return TeamStoreKeys.sizeOf(window).receivedUntilMs(TeamStoreKeys.startOf(window)) + CLOSE_DELAY.toMillis();
    }

    private void closeDue(long wallMs) {
        if (clock.isKnown()) {
            close(clock.nowMs(wallMs), wallMs);
        }
        store.advanceTo(wallMs);
        if (Math.abs(clock.receivedAtMs() - clockStoredMs) >= CLOSE_INTERVAL.toMillis()) {
            clockStoredMs = clock.receivedAtMs();
            clocks.put(
                    CLOCK_KEY,
                    ByteBuffer.allocate(Long.BYTES).putLong(clockStoredMs).array());
        }
    }

    private void close(long nowMs, long wallMs) {
        int checked = 0;
        Set<UUID> busy = new HashSet<>();
        Iterator<Set<Bytes>> due = open.headMap(nowMs, true).values().iterator();
        while (due.hasNext() && checked < WINDOWS_PER_POLL_MAX) {
            Set<Bytes> windows = due.next();
            checked += windows.size();
            windows.removeIf(window -> closeIfQuiet(window, busy, wallMs));
            if (windows.isEmpty()) {
                due.remove();
            }
        }
    }

    /** @param busy teams with an earlier window that is due and not yet quiet; their later windows wait for it */
    private boolean closeIfQuiet(Bytes window, Set<UUID> busy, long wallMs) {
        TeamWindowState state = store.state(window);
        if (state.stage() != Stage.OPEN) {
            return true;
        }
        UUID teamId = TeamStoreKeys.teamIdOf(window);
        long quietMs = wallMs - state.changedAtMs();
        // Negative after the clock was set back: how long the window has been quiet is unknown, so it does not wait.
        if (busy.contains(teamId) || (quietMs >= 0 && quietMs < QUIET_PERIOD.toMillis())) {
            busy.add(teamId);
            return false;
        }
        close(window, state);
        return true;
    }

    private void close(Bytes window, TeamWindowState state) {
        meters.teamWindowsClosed.increment();
        if (TeamWindowStore.enclosing(window).stream()
                .anyMatch(longer -> store.state(longer).stage() == Stage.RELEASED)) {
            finish(window, state, Stage.WITHHELD, null);
            return;
        }
        Map<UUID, Contribution> members = store.contributionsTo(window);
        Decision decision =
                WindowRelease.decide(TeamStoreKeys.sizeOf(window), members, store.releasedInside(window), membersMin);
        WindowRelease release = decision.release();
        if (release != null) {
            store.putReleased(window, release.contributions());
            finish(window, state, Stage.RELEASED, release.statistics());
        } else if (decision.withheldReason() == WithheldReason.WITHHELD) {
            finish(window, state, Stage.WITHHELD, null);
        } else {
            meters.teamWindowsTooFew.increment();
            store.putState(window, state.as(Stage.TOO_FEW));
        }
    }

    private void finish(Bytes window, TeamWindowState state, Stage stage, @Nullable Statistics figures) {
        context.forward(
                new Record<>(TeamStoreKeys.teamIdOf(window), record(window, figures), context.currentSystemTimeMs()),
                FlowTopology.TEAM_FLOW_OUT);
        (figures == null ? meters.teamWindowsWithheld : meters.teamWindowsReleased).increment();
        store.putState(window, state.as(stage));
    }

    private TeamWindow record(Bytes window, @Nullable Statistics figures) {
        WindowSize size = TeamStoreKeys.sizeOf(window);
        TeamWindow record = new TeamWindow();
        record.setTeamId(TeamStoreKeys.teamIdOf(window));
        record.setSize(wireSize(size));
        record.setWindowStart(Instant.ofEpochMilli(TeamStoreKeys.startOf(window)));
        record.setVersion(1);
        record.setClosed(true);
        record.setMembersMin(membersMin);
        record.setKeystrokesAMemberMax(size.keystrokesPerMemberMax());
        record.setSecondsAMemberMax(size.secondsPerMemberMax());
        record.setInterruptionsAMemberMax(size.interruptionsPerMemberMax());
        if (figures != null) {
            record.setMembers(figures.members());
            record.setKeystrokes(figures.keystrokes());
            record.setActiveSeconds(figures.activeSeconds());
            record.setMeanIntensity(figures.meanIntensity());
            record.setIntensitySpread(figures.intensitySpread());
            record.setSecondsInFlow(figures.secondsInFlow());
            record.setInterruptions(figures.interruptions());
            record.setFocusOverlapSeconds(figures.focusOverlapSeconds());
            record.setGapSeconds(figures.gapSeconds());
        }
        return record;
    }

    private static TeamWindowSize wireSize(WindowSize size) {
        return switch (size) {
            case FIVE_MINUTES -> TeamWindowSize.FIVE_MINUTES;
            case HOUR -> TeamWindowSize.HOUR;
            case DAY -> TeamWindowSize.DAY;
        };
    }
}
