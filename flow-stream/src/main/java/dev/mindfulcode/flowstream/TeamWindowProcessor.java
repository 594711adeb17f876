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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Stores what each member adds to each window of their teams, and releases a window once, when it closes;
 * {@link WindowRelease} decides how much of it. Nothing of an open window leaves this processor, and nothing changes a
 * released one.
 *
 * <p>A window closes {@link #CLOSE_DELAY} its lateness by the clock of receipt. That decides when it is released, and
 * not what is in it: whether something was in time is decided by its own time of receipt, before it comes here. A
 * window of which too few were known when it closed opens again when a lagging partition brings more. What comes for a
 * released window is dropped and counted: a second release would differ from the first by one member.
 *
 * <p>Of a team the shorter windows are released before the longer ones that contain them. A window that arrives after
 * one that contains it was released is withheld.
 *
 * <p>Rows go {@link #RETENTION} after they last changed, by the wall clock, so that a replay of old history keeps what
 * it has just made. Not thread-safe.
 */
final class TeamWindowProcessor implements Processor<@Nullable UUID, @Nullable TeamContribution, UUID, SpecificRecord> {

    static final Duration CLOSE_INTERVAL = Duration.ofSeconds(2);

    /** What partitions lag behind each other as a rule: people's parts of the stream are told each few seconds. */
    static final Duration CLOSE_DELAY = Duration.ofMinutes(10);

    /**
     * And nothing has changed in it for so long by the wall clock: in a replay the clock of receipt runs with the
     * fastest partition.
     */
    static final Duration QUIET_PERIOD = Duration.ofMinutes(1);

    static final Duration RETENTION = Duration.ofDays(14);
    static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

    /** Windows polled in one go; the next go polls the rest. */
    static final int WINDOWS_PER_POLL_MAX = 1_000;

    static final int SWEEP_ROWS_MAX = 2_000;

    /** Shorter than any window's key, hence no window's. */
    private static final Bytes CLOCK_KEY = Bytes.wrap(new byte[] {0});

    private final int membersMin;
    private final StreamMeters meters;
    private final StreamClock clock = new StreamClock();
    /**
     * Open windows, by the time at which they close, and then by key: of a team the shorter before the longer. Some 150
     * bytes each, and a team that works has up to 600.
     */
    private final TreeMap<Long, Set<Bytes>> open = new TreeMap<>();

    private ProcessorContext<UUID, SpecificRecord> context;
    private KeyValueStore<Bytes, byte[]> contributions;
    private KeyValueStore<Bytes, byte[]> windows;
    private long clockStoredMs;
    private @Nullable Bytes sweepFrom;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    TeamWindowProcessor(int membersMin, StreamMeters meters) {
        this.membersMin = membersMin;
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, SpecificRecord> context) {
        this.context = context;
        contributions = context.getStateStore(FlowTopology.CONTRIBUTIONS_STORE);
        windows = context.getStateStore(FlowTopology.TEAM_WINDOWS_STORE);
        try (KeyValueIterator<Bytes, byte[]> rows = windows.all()) {
            rows.forEachRemaining(row -> {
                if (row.key.equals(CLOCK_KEY)) {
                    clockStoredMs = ByteBuffer.wrap(row.value).getLong();
                } else {
                    trackOpen(row.key, TeamWindowState.decode(row.value));
                }
            });
        }
        if (clockStoredMs > 0) {
            clock.observe(clockStoredMs, context.currentSystemTimeMs());
        }
        context.schedule(CLOSE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::closeDue);
        context.schedule(SWEEP_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::sweep);
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable TeamContribution> record) {
        UUID teamId = record.key();
        TeamContribution value = record.value();
        if (teamId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        if (value.getErased()) {
            delete(teamId, value.getUserId());
        } else {
            apply(teamId, value);
        }
        clock.observe(value.getReceivedAt().toEpochMilli(), context.currentSystemTimeMs());
    }

    private void apply(UUID teamId, TeamContribution value) {
        WindowSize size;
        byte[] totals = bytes(value.getTotals());
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
        Bytes key = TeamStoreKeys.member(teamId, size, startMs, value.getUserId());
        if (state(TeamStoreKeys.windowOf(key)).stage().isFinal()) {
            meters.teamContributionsDropped.increment();
            return;
        }
        byte[] before = contributions.get(key);
        if (totals.length == 0) {
            if (before == null) {
                return;
            }
            contributions.delete(key);
        } else {
            if (before != null && Arrays.equals(totalsOf(before), totals)) {
                return;
            }
            put(key, totals);
        }
        changed(TeamStoreKeys.windowOf(key));
    }

    private void put(Bytes key, byte[] totals) {
        contributions.put(
                key,
                ByteBuffer.allocate(Long.BYTES + totals.length)
                        .putLong(context.currentSystemTimeMs())
                        .put(totals)
                        .array());
    }

    /**
     * Erased people leave the open windows; of what is released only the figures stay. An open window around a released
     * one with somebody who is erased is withheld: the difference would be theirs.
     */
    private void delete(UUID teamId, UUID userId) {
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(TeamStoreKeys.prefix(teamId), UserStoreKeys.PREFIX_SERIALIZER)) {
            while (rows.hasNext()) {
                Bytes key = rows.next().key;
                if (TeamStoreKeys.userIdOf(key).equals(userId)) {
                    theirs.add(key);
                }
            }
        }
        for (Bytes key : theirs) {
            contributions.delete(key);
            Bytes window = TeamStoreKeys.windowOf(key);
            switch (state(window).stage()) {
                case OPEN, TOO_FEW -> changed(window);
                case RELEASED -> enclosing(window).forEach(this::withhold);
                case WITHHELD -> {}
            }
        }
    }

    private void withhold(Bytes window) {
        TeamWindowState state = state(window);
        if (!state.stage().isFinal()) {
            finish(window, state.touched(context.currentSystemTimeMs()), Stage.WITHHELD, null);
        }
    }

    private void changed(Bytes window) {
        store(window, state(window).touched(context.currentSystemTimeMs()));
    }

    private TeamWindowState state(Bytes window) {
        return TeamWindowState.decode(windows.get(window));
    }

    private void store(Bytes window, TeamWindowState state) {
        windows.put(window, state.encode());
        trackOpen(window, state);
    }

    private void trackOpen(Bytes window, TeamWindowState state) {
        if (state.stage() == Stage.OPEN) {
            open.computeIfAbsent(closesAtMs(window), unknown -> new TreeSet<>()).add(window);
        }
    }

    private static long closesAtMs(Bytes window) {
        return TeamStoreKeys.sizeOf(window).receivedUntilMs(TeamStoreKeys.startOf(window)) + CLOSE_DELAY.toMillis();
    }

    private void closeDue(long wallMs) {
        if (clock.isKnown()) {
            close(clock.nowMs(wallMs), wallMs);
        }
        if (Math.abs(clock.receivedAtMs() - clockStoredMs) >= CLOSE_INTERVAL.toMillis()) {
            clockStoredMs = clock.receivedAtMs();
            windows.put(
                    CLOCK_KEY,
                    ByteBuffer.allocate(Long.BYTES).putLong(clockStoredMs).array());
        }
    }

    private void close(long nowMs, long wallMs) {
        int seen = 0;
        Set<UUID> busy = new HashSet<>();
        Iterator<Set<Bytes>> due = open.headMap(nowMs, true).values().iterator();
        while (due.hasNext() && seen < WINDOWS_PER_POLL_MAX) {
            Set<Bytes> together = due.next();
            seen += together.size();
            together.removeIf(window -> closeIfQuiet(window, busy, wallMs));
            if (together.isEmpty()) {
                due.remove();
            }
        }
    }

    /** @param busy teams of which a window that was due before this one is not quiet; this one waits for it */
    private boolean closeIfQuiet(Bytes window, Set<UUID> busy, long wallMs) {
        TeamWindowState state = state(window);
        if (state.stage() != Stage.OPEN) {
            return true;
        }
        UUID teamId = TeamStoreKeys.teamIdOf(window);
        long quietMs = wallMs - state.touchedAtMs();
        // Negative where the clock was set back since: how long it has been quiet is not known, and nothing waits for
        // it.
        if (busy.contains(teamId) || (quietMs >= 0 && quietMs < QUIET_PERIOD.toMillis())) {
            busy.add(teamId);
            return false;
        }
        close(window, state);
        return true;
    }

    private void close(Bytes window, TeamWindowState state) {
        meters.teamWindowsClosed.increment();
        if (enclosing(window).stream().anyMatch(longer -> state(longer).stage() == Stage.RELEASED)) {
            finish(window, state, Stage.WITHHELD, null);
            return;
        }
        Map<UUID, Contribution> members = contributionsTo(window);
        Decision decision =
                WindowRelease.decide(TeamStoreKeys.sizeOf(window), members, releasedInside(window), membersMin);
        WindowRelease release = decision.release();
        if (release != null) {
            storeAsReleased(window, members.keySet(), release.contributions());
            finish(window, state, Stage.RELEASED, release.statistics());
        } else if (decision.withheldReason() == WithheldReason.WITHHELD) {
            finish(window, state, Stage.WITHHELD, null);
        } else {
            meters.teamWindowsTooFew.increment();
            windows.put(window, state.as(Stage.TOO_FEW).encode());
        }
    }

    private void finish(Bytes window, TeamWindowState state, Stage stage, @Nullable Statistics figures) {
        context.forward(
                new Record<>(TeamStoreKeys.teamIdOf(window), record(window, figures), context.currentSystemTimeMs()),
                FlowTopology.TEAM_FLOW_OUT);
        (figures == null ? meters.teamWindowsWithheld : meters.teamWindowsReleased).increment();
        windows.put(window, state.as(stage).encode());
    }

    private Map<UUID, Contribution> contributionsTo(Bytes window) {
        WindowSize size = TeamStoreKeys.sizeOf(window);
        Map<UUID, Contribution> members = new HashMap<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(window.get(), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row ->
                    members.put(TeamStoreKeys.userIdOf(row.key), Contribution.decode(size, totalsOf(row.value))));
        }
        return members;
    }

    /** Rows of a released window are what was released, for the longer windows around it. */
    private void storeAsReleased(Bytes window, Set<UUID> before, Map<UUID, Contribution> released) {
        UUID teamId = TeamStoreKeys.teamIdOf(window);
        WindowSize size = TeamStoreKeys.sizeOf(window);
        long startMs = TeamStoreKeys.startOf(window);
        for (UUID userId : before) {
            if (!released.containsKey(userId)) {
                contributions.delete(TeamStoreKeys.member(teamId, size, startMs, userId));
            }
        }
        released.forEach((userId, contribution) ->
                put(TeamStoreKeys.member(teamId, size, startMs, userId), contribution.encode()));
    }

    /**
     * Returns what was released inside a window, by member: by its longest windows that were, and inside of the others
     * by shorter ones.
     */
    private Map<UUID, Contribution> releasedInside(Bytes window) {
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
        List<KeyValue<Bytes, byte[]>> inside = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows = windows.range(
                TeamStoreKeys.window(teamId, shorter, fromMs), TeamStoreKeys.window(teamId, shorter, toMs))) {
            rows.forEachRemaining(inside::add);
        }
        for (KeyValue<Bytes, byte[]> row : inside) {
            if (TeamWindowState.decode(row.value).stage() == Stage.RELEASED) {
                contributionsTo(row.key)
                        .forEach((userId, contribution) -> into.computeIfAbsent(
                                        userId, unknown -> new Contribution(whole))
                                .addWindow(TeamStoreKeys.startOf(row.key), contribution));
            } else {
                addReleased(row.key, whole, into);
            }
        }
    }

    /** Returns the longer windows that contain a window, whether anything is in them or not. */
    private static List<Bytes> enclosing(Bytes window) {
        List<Bytes> longer = new ArrayList<>();
        for (WindowSize size = TeamStoreKeys.sizeOf(window).longer(); size != null; size = size.longer()) {
            longer.add(TeamStoreKeys.window(
                    TeamStoreKeys.teamIdOf(window), size, size.startOf(TeamStoreKeys.startOf(window))));
        }
        return longer;
    }

    private TeamWindow record(Bytes window, @Nullable Statistics figures) {
        WindowSize size = TeamStoreKeys.sizeOf(window);
        TeamWindow record = new TeamWindow();
        record.setTeamId(TeamStoreKeys.teamIdOf(window));
        record.setSize(wire(size));
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

    private static TeamWindowSize wire(WindowSize size) {
        return switch (size) {
            case FIVE_MINUTES -> TeamWindowSize.FIVE_MINUTES;
            case HOUR -> TeamWindowSize.HOUR;
            case DAY -> TeamWindowSize.DAY;
        };
    }

    /** Lets go of old windows among the next few, and of their contributions. */
    private void sweep(long wallMs) {
        long untouchedSinceMs = wallMs - RETENTION.toMillis();
        int seen = 0;
        List<Bytes> old = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                sweepFrom == null ? windows.all() : windows.range(sweepFrom, null)) {
            sweepFrom = null;
            while (rows.hasNext()) {
                if (seen++ == SWEEP_ROWS_MAX) {
                    sweepFrom = rows.peekNextKey();
                    break;
                }
                KeyValue<Bytes, byte[]> row = rows.next();
                if (!row.key.equals(CLOCK_KEY)) {
                    TeamWindowState state = TeamWindowState.decode(row.value);
                    if (state.stage() != Stage.OPEN && state.touchedAtMs() < untouchedSinceMs) {
                        old.add(row.key);
                    }
                }
            }
        }
        old.forEach(this::delete);
    }

    private void delete(Bytes window) {
        List<Bytes> members = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(window.get(), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> members.add(row.key));
        }
        members.forEach(contributions::delete);
        windows.delete(window);
    }

    private static byte[] totalsOf(byte[] row) {
        return Arrays.copyOfRange(row, Long.BYTES, row.length);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
