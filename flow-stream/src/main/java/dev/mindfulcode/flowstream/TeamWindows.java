package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.team.Contribution;
import dev.mindfulcode.engine.team.TeamAggregate;
import dev.mindfulcode.engine.team.TeamAggregate.Figures;
import dev.mindfulcode.engine.team.WindowSize;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
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
 * Keeps what each member adds to each window of their teams, and tells windows of those that are enough: when they have changed, at most each
 * {@link #TOLD_EVERY}, and once when they close.
 *
 * <p>A window closes {@link #CLOSED_AFTER} its lateness by the clock of receipt. That decides when it is told to be final, and never what is in
 * it: whether something was in time is decided by its own time of receipt, before it comes here. What was, and comes through only now
 * because its partition lags, amends the closed window with a higher version.
 *
 * <p>Rows go {@link #KEPT_FOR} after they last changed, by the wall clock, so that a replay of old history keeps what it has just made. Not
 * thread-safe.
 */
final class TeamWindows implements Processor<@Nullable UUID, @Nullable TeamContribution, UUID, SpecificRecord> {

    static final Duration TOLD_EVERY = Duration.ofSeconds(2);

    /** What partitions lag behind each other as a rule: people's parts of the stream are told each few seconds. */
    static final Duration CLOSED_AFTER = Duration.ofMinutes(10);

    /** And nothing has changed in it for so long by the wall clock: in a replay the clock of receipt runs with the fastest partition. */
    static final Duration QUIET_FOR = Duration.ofMinutes(1);

    static final Duration KEPT_FOR = Duration.ofDays(14);
    static final Duration SWEPT_EVERY = Duration.ofSeconds(10);

    /** Windows told in one go; the next go takes the rest. */
    static final int TOLD_AT_ONCE_MAX = 1_000;

    static final int SWEPT_AT_ONCE_MAX = 2_000;

    /** Shorter than any window's key, hence no window's. */
    private static final Bytes CLOCK_KEY = Bytes.wrap(new byte[] {0});

    private final int membersMin;
    private final StreamMeters meters;
    private final StreamClock clock = new StreamClock();
    private final Set<Bytes> untold = new LinkedHashSet<>();

    /**
     * Windows that are not closed, by when they will be, and then by key: of a team the shorter before the longer, so that who hears that a
     * day has closed has heard of all of its hours. Some 150 bytes each, and a team that works has up to 600.
     */
    private final TreeMap<Long, Set<Bytes>> open = new TreeMap<>();

    private ProcessorContext<UUID, SpecificRecord> context;
    private KeyValueStore<Bytes, byte[]> contributions;
    private KeyValueStore<Bytes, byte[]> windows;
    private long clockStoredMs;
    private @Nullable Bytes sweepFrom;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    TeamWindows(int membersMin, StreamMeters meters) {
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
                    remember(row.key, TeamWindowState.decode(row.value));
                }
            });
        }
        if (clockStoredMs > 0) {
            clock.observe(clockStoredMs, context.currentSystemTimeMs());
        }
        context.schedule(TOLD_EVERY, PunctuationType.WALL_CLOCK_TIME, this::tellDue);
        context.schedule(SWEPT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::sweep);
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable TeamContribution> record) {
        UUID teamId = record.key();
        TeamContribution value = record.value();
        if (teamId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        if (value.getErased()) {
            forget(teamId, value.getUserId());
        } else {
            take(teamId, value);
        }
        clock.observe(value.getReceivedAt().toEpochMilli(), context.currentSystemTimeMs());
    }

    private void take(UUID teamId, TeamContribution value) {
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
        Bytes key = TeamKeyed.member(teamId, size, startMs, value.getUserId());
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
            contributions.put(
                    key,
                    ByteBuffer.allocate(Long.BYTES + totals.length)
                            .putLong(context.currentSystemTimeMs())
                            .put(totals)
                            .array());
        }
        changed(TeamKeyed.windowOf(key));
    }

    /** Erased people leave the windows that are open; of what is closed only the figures stay. */
    private void forget(UUID teamId, UUID userId) {
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(TeamKeyed.prefix(teamId), UserKeyed.PREFIX_SERIALIZER)) {
            while (rows.hasNext()) {
                Bytes key = rows.next().key;
                if (TeamKeyed.userIdOf(key).equals(userId)) {
                    theirs.add(key);
                }
            }
        }
        for (Bytes key : theirs) {
            contributions.delete(key);
            Bytes window = TeamKeyed.windowOf(key);
            if (!TeamWindowState.decode(windows.get(window)).closed()) {
                changed(window);
            }
        }
    }

    private void changed(Bytes window) {
        TeamWindowState state = TeamWindowState.decode(windows.get(window));
        if (!state.untold()) {
            store(window, state.changed(context.currentSystemTimeMs()));
        }
    }

    private void store(Bytes window, TeamWindowState state) {
        windows.put(window, state.encode());
        remember(window, state);
    }

    private void remember(Bytes window, TeamWindowState state) {
        if (state.untold()) {
            untold.add(window);
        }
        if (!state.closed()) {
            open.computeIfAbsent(closesAtMs(window), unknown -> new TreeSet<>()).add(window);
        }
    }

    private static long closesAtMs(Bytes window) {
        return TeamKeyed.sizeOf(window).receivedUntilMs(TeamKeyed.startOf(window)) + CLOSED_AFTER.toMillis();
    }

    private void tellDue(long wallMs) {
        int told = 0;
        while (!untold.isEmpty() && told++ < TOLD_AT_ONCE_MAX) {
            Bytes window = untold.iterator().next();
            TeamWindowState state = TeamWindowState.decode(windows.get(window));
            tell(window, state, state.closed(), wallMs);
        }
        if (clock.isKnown()) {
            close(clock.nowMs(wallMs), wallMs);
        }
        if (clock.receivedAtMs() - clockStoredMs >= TOLD_EVERY.toMillis()) {
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
        while (due.hasNext() && seen < TOLD_AT_ONCE_MAX) {
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
        TeamWindowState state = TeamWindowState.decode(windows.get(window));
        UUID teamId = TeamKeyed.teamIdOf(window);
        if (busy.contains(teamId) || state.touchedAtMs() + QUIET_FOR.toMillis() > wallMs) {
            busy.add(teamId);
            return false;
        }
        tell(window, state, true, wallMs);
        return true;
    }

    private void tell(Bytes window, TeamWindowState state, boolean closed, long wallMs) {
        untold.remove(window);
        Figures figures = figures(window);
        boolean isNews = state.version() == 0
                ? figures != null
                : !Objects.equals(figures, state.told()) || closed != state.closed();
        long version = isNews ? state.version() + 1 : state.version();
        if (isNews) {
            context.forward(
                    new Record<>(TeamKeyed.teamIdOf(window), record(window, version, closed, figures), wallMs),
                    FlowTopology.TEAM_FLOW_OUT);
            (figures == null ? meters.teamWindowsTooFew : meters.teamWindowsTold).increment();
            if (state.closed()) {
                meters.teamWindowsAmended.increment();
            }
        }
        if (closed && !state.closed()) {
            meters.teamWindowsClosed.increment();
        }
        windows.put(
                window,
                new TeamWindowState(version, closed, false, state.touchedAtMs(), isNews ? figures : state.told())
                        .encode());
    }

    private @Nullable Figures figures(Bytes window) {
        WindowSize size = TeamKeyed.sizeOf(window);
        TeamAggregate aggregate = new TeamAggregate(size);
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(window.get(), UserKeyed.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> aggregate.add(Contribution.decode(size, totalsOf(row.value))));
        }
        return aggregate.figures(membersMin);
    }

    private TeamWindow record(Bytes window, long version, boolean closed, @Nullable Figures figures) {
        WindowSize size = TeamKeyed.sizeOf(window);
        TeamWindow record = new TeamWindow();
        record.setTeamId(TeamKeyed.teamIdOf(window));
        record.setSize(wire(size));
        record.setWindowStart(Instant.ofEpochMilli(TeamKeyed.startOf(window)));
        record.setVersion(version);
        record.setClosed(closed);
        record.setMembersMin(membersMin);
        record.setKeystrokesAMemberMax(size.keystrokesAMemberMax());
        record.setSecondsAMemberMax(size.secondsAMemberMax());
        record.setInterruptionsAMemberMax(size.interruptionsAMemberMax());
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
        long untouchedSinceMs = wallMs - KEPT_FOR.toMillis();
        int seen = 0;
        List<Bytes> old = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                sweepFrom == null ? windows.all() : windows.range(sweepFrom, null)) {
            sweepFrom = null;
            while (rows.hasNext()) {
                if (seen++ == SWEPT_AT_ONCE_MAX) {
                    sweepFrom = rows.peekNextKey();
                    break;
                }
                KeyValue<Bytes, byte[]> row = rows.next();
                if (!row.key.equals(CLOCK_KEY)) {
                    TeamWindowState state = TeamWindowState.decode(row.value);
                    if (state.closed() && !state.untold() && state.touchedAtMs() < untouchedSinceMs) {
                        old.add(row.key);
                    }
                }
            }
        }
        old.forEach(this::forget);
    }

    private void forget(Bytes window) {
        List<Bytes> members = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                contributions.prefixScan(window.get(), UserKeyed.PREFIX_SERIALIZER)) {
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
