package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRecord;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A plugin tried on recorded typing: the same records, limits and sandbox as in the service, without log and database.
 */
public final class PluginDryRun {

    private static final int TEAM_MEMBERS = 6;

    private PluginDryRun() {}

    /** Typing as one batch has it; batches come in the order of time. */
    public record TypedBatch(UUID sessionId, long sequence, long startedAtMs, KeystrokePayload payload) {}

    /**
     * What came of it.
     *
     * @param rows by key, as JSON
     * @param summary JSON
     * @param records that the plugin was given
     * @param failure null where it came through
     */
    public record Result(
            Map<String, String> rows,
            @Nullable String summary,
            long records,
            @Nullable String failure) {}

    /**
     * Grants the plugin all that its manifest names, and gives it the typing of person 0; one for teams is given the
     * windows of a team of {@value #TEAM_MEMBERS}.
     *
     * @param typing of the person with a number from 0
     * @param zone of the one who asks
     */
    public static Result run(byte[] manifest, byte[] module, IntFunction<List<TypedBatch>> typing, ZoneId zone)
            throws PluginRefusedException {
        Manifest parsed = Manifest.parse(manifest);
        boolean isOfTeams = parsed.scope() == Manifest.Scope.TEAM;
        try (PluginHost host = new PluginHost(PluginLimits.standard())) {
            Plugin plugin = host.load(parsed, module, parsed.capabilities());
            try (RunFold fold = new RunFold(plugin.open(Long.MIN_VALUE, Long.MAX_VALUE), parsed.window(), zone)) {
                String failure = null;
                try {
                    if (isOfTeams) {
                        giveWindows(typing, fold);
                    } else {
                        giveTyping(typing.apply(0), plugin.imports(), zone, fold);
                    }
                    fold.advanceTime(Instant.now().toEpochMilli());
                    fold.finish();
                } catch (RunEndedException e) {
                    failure = e.reason();
                }
                RunTables.RunResults found = fold.results(true);
                return new Result(new TreeMap<>(found.rows()), found.summary(), fold.records(), failure);
            }
        }
    }

    private static void giveTyping(List<TypedBatch> typed, Set<Capability> imports, ZoneId zone, RunFold fold)
            throws RunEndedException {
        RecordFeed delivery = new RecordFeed(zone, imports, Long.MIN_VALUE, Long.MAX_VALUE);
        for (TypedBatch each : typed) {
            delivery.batch(each.sessionId, each.sequence, each.startedAtMs, Long.MAX_VALUE, each.payload, fold);
        }
        delivery.advanceTime(Instant.now().toEpochMilli(), fold);
    }

    private static void giveWindows(IntFunction<List<TypedBatch>> typing, RunFold fold) throws RunEndedException {
        DryRunTeam team = new DryRunTeam();
        for (int member = 0; member < TEAM_MEMBERS; member++) {
            team.add(typing.apply(member));
        }
        for (PluginRecord.TeamWindow window : team.windows()) {
            fold.add(window, window.startMs());
        }
    }
}
