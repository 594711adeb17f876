package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.team.Contribution;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.flowengine.team.TeamDayRelease.MemberDay;
import dev.mindfulcode.flowengine.team.TeamDayRelease.Noised;
import dev.mindfulcode.flowengine.team.TeamFigure;
import dev.mindfulcode.flowengine.team.TeamNoise;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis.Totals;
import dev.mindfulcode.pluginhost.PluginRecord.TeamWindow;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun.TypedBatch;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The released days of a team, computed from their typing by the release rule of flow-stream, with the noise of a fixed
 * key. A batch counts in the minute in which it ends, whereas flow-stream assigns each keystroke. Not thread-safe.
 */
final class DryRunTeam {

    private static final long MINUTE_MS = 60_000;
    private static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0, 0);
    private static final Noised NOT_RELEASED = new Noised(0, 0);
    private static final UUID TEAM_ID = new UUID(0, 1);
    private static final byte[] NOISE_KEY = new byte[TeamNoise.KEY_BYTES_MIN];

    /** Contributions of members, by start of the day. */
    private final TreeMap<Long, List<MemberDay>> days = new TreeMap<>();

    private int members;

    private static final class Minute {
        long activeMs;
        long flowMs;
        long interruptions;

        void add(Totals before, Totals after) {
            activeMs += after.activeMs() - before.activeMs();
            flowMs += after.flowMs() - before.flowMs();
            interruptions += after.interruptions() - before.interruptions();
        }
    }

    /** Adds a member; batches are in order of time. */
    void add(List<TypedBatch> typed) {
        members++;
        Map<Long, MemberDay> ofMember = new HashMap<>();
        minutes(typed).forEach((minuteMs, minute) -> {
            MemberDay day = ofMember.computeIfAbsent(
                    WindowSize.DAY.startOf(minuteMs), _ -> new MemberDay(new Contribution(), new HashMap<>()));
            Contribution hour = day.hours().computeIfAbsent(WindowSize.HOUR.startOf(minuteMs), _ -> new Contribution());
            for (Contribution contribution : List.of(day.day(), hour)) {
                contribution.addMinute(minute.activeMs, minute.flowMs, minute.interruptions);
            }
        });
        ofMember.forEach((startMs, day) ->
                days.computeIfAbsent(startMs, _ -> new ArrayList<>()).add(day));
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

    /** Returns the released windows in the order of their release. */
    List<TeamWindow> windows() {
        List<TeamWindow> windows = new ArrayList<>();
        TeamNoise noise = new TeamNoise(NOISE_KEY, TEAM_ID);
        if (members >= TeamDayRelease.MEMBERS_MIN_DEFAULT && !days.isEmpty()) {
            for (long dayMs = days.firstKey(); dayMs <= days.lastKey(); dayMs += WindowSize.DAY.lengthMs()) {
                TeamDayRelease.of(dayMs, members, days.getOrDefault(dayMs, List.of()), PrivacyBudget.DEFAULT, noise)
                        .forEach(window -> windows.add(window(window)));
            }
        }
        return windows;
    }

    private TeamWindow window(TeamDayRelease.Window window) {
        return new TeamWindow(
                window.startMs(),
                window.startMs() + window.size().lengthMs(),
                1,
                Math.toIntExact(TeamDayRelease.shownMembers(members)),
                true,
                1_000 * of(window, TeamFigure.ACTIVE_SECONDS).value(),
                1_000 * of(window, TeamFigure.ACTIVE_SECONDS).margin(),
                1_000 * of(window, TeamFigure.SECONDS_IN_FLOW).value(),
                1_000 * of(window, TeamFigure.SECONDS_IN_FLOW).margin(),
                of(window, TeamFigure.INTERRUPTIONS).value(),
                of(window, TeamFigure.INTERRUPTIONS).margin());
    }

    private static Noised of(TeamDayRelease.Window window, TeamFigure figure) {
        return window.figures().getOrDefault(figure, NOT_RELEASED);
    }
}
