package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.TeamAggregate;
import dev.mindfulcode.flowengine.team.TeamAggregate.Statistics;
import dev.mindfulcode.flowengine.team.WindowRelease;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis.Totals;
import dev.mindfulcode.pluginhost.PluginRecord.TeamWindow;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun.TypedBatch;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The released windows of a team, computed from its members' typing by the release rule of flow-stream. A batch counts
 * in the minute in which it ends, whereas flow-stream assigns each keystroke. Not thread-safe.
 */
final class DryRunTeam {

    private static final long MINUTE_MS = 60_000;
    private static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0, 0);

    /** Each member's contribution by size and start of the window. */
    private final Map<WindowSize, Map<Long, Map<UUID, Contribution>>> contributions = new EnumMap<>(WindowSize.class);

    private int members;

    private static final class Minute {
        long keystrokes;
        long activeMs;
        double intensityMs;
        long flowMs;
        long interruptions;

        void add(Totals before, Totals after) {
            keystrokes += after.keystrokes() - before.keystrokes();
            activeMs += after.activeMs() - before.activeMs();
            intensityMs += after.intensityMs() - before.intensityMs();
            flowMs += after.flowMs() - before.flowMs();
            interruptions += after.interruptions() - before.interruptions();
        }
    }

    /** Adds a member; batches are in order of time. */
    void add(List<TypedBatch> typed) {
        Map<Long, Minute> minutes = minutes(typed);
        UUID userId = new UUID(0, members++);
        for (WindowSize size : WindowSize.values()) {
            Map<Long, Contribution> windows = new HashMap<>();
            minutes.forEach(
                    (minuteMs, minute) -> windows.computeIfAbsent(size.startOf(minuteMs), _ -> new Contribution(size))
                            .addMinute(
                                    minuteMs,
                                    minute.keystrokes,
                                    minute.activeMs,
                                    Math.round(minute.intensityMs * Contribution.INTENSITY_UNITS),
                                    minute.flowMs,
                                    minute.interruptions));
            Map<Long, Map<UUID, Contribution>> ofSize = contributions.computeIfAbsent(size, _ -> new TreeMap<>());
            windows.forEach((startMs, contribution) ->
                    ofSize.computeIfAbsent(startMs, _ -> new HashMap<>()).put(userId, contribution));
        }
    }

    private static Map<Long, Minute> minutes(List<TypedBatch> typed) {
        Map<Long, Minute> minutes = new TreeMap<>();
        Map<UUID, Totals> sessions = new HashMap<>();
        FlowAnalyzer analyzer = new FlowAnalyzer(ZoneOffset.UTC);
        for (TypedBatch batch : typed) {
            analyzer.advanceTime(batch.startedAtMs(), analysis -> count(analysis, sessions, minutes));
            analyzer.batch(
                    batch.sessionId(),
                    batch.startedAtMs(),
                    Long.MAX_VALUE,
                    batch.payload(),
                    analysis -> count(analysis, sessions, minutes));
        }
        return minutes;
    }

    private static void count(FlowAnalysis analysis, Map<UUID, Totals> sessions, Map<Long, Minute> minutes) {
        Totals before = sessions.getOrDefault(analysis.sessionId(), NOTHING);
        sessions.put(analysis.sessionId(), analysis.totals());
        minutes.computeIfAbsent(Math.floorDiv(analysis.atMs(), MINUTE_MS) * MINUTE_MS, _ -> new Minute())
                .add(before, analysis.totals());
    }

    /** Returns the released windows, ordered by start. */
    List<TeamWindow> windows() {
        List<TeamWindow> windows = new ArrayList<>();
        Map<Long, WindowRelease> shorter = Map.of();
        for (WindowSize size : WindowSize.values()) {
            Map<Long, WindowRelease> released = released(size, shorter);
            released.forEach((startMs, release) -> windows.add(window(startMs, size, release.statistics())));
            shorter = released;
        }
        windows.sort(Comparator.comparingLong(TeamWindow::startMs).thenComparingLong(TeamWindow::endMs));
        return windows;
    }

    /**
     * Returns the released windows of a size.
     *
     * @param shorter releases of the next shorter size
     */
    private Map<Long, WindowRelease> released(WindowSize size, Map<Long, WindowRelease> shorter) {
        Map<Long, Map<UUID, Contribution>> inside = new HashMap<>();
        shorter.forEach((startMs, release) -> release.contributions()
                .forEach((userId, contribution) -> inside.computeIfAbsent(size.startOf(startMs), _ -> new HashMap<>())
                        .computeIfAbsent(userId, _ -> new Contribution(size))
                        .addWindow(startMs, contribution)));
        Map<Long, WindowRelease> released = new TreeMap<>();
        contributions.getOrDefault(size, Map.of()).forEach((startMs, added) -> {
            WindowRelease release = WindowRelease.decide(
                            size, added, inside.getOrDefault(startMs, Map.of()), TeamAggregate.MEMBERS_MIN_DEFAULT)
                    .release();
            if (release != null) {
                released.put(startMs, release);
            }
        });
        return released;
    }

    private static TeamWindow window(long startMs, WindowSize size, Statistics figures) {
        Long gapSeconds = figures.gapSeconds();
        return new TeamWindow(
                startMs,
                startMs + size.lengthMs(),
                1,
                Math.toIntExact(TeamAggregate.shownMembers(figures.members())),
                true,
                figures.keystrokes(),
                figures.activeSeconds() * 1_000.0,
                figures.meanIntensity(),
                figures.intensitySpread(),
                figures.secondsInFlow() * 1_000.0,
                figures.interruptions(),
                figures.focusOverlapSeconds() * 1_000.0,
                gapSeconds == null ? 0 : gapSeconds * 1_000.0);
    }
}
