package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRecord;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.schemas.KeystrokePayload;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Runs a plugin on recorded typing with the service's records, limits and sandbox, but without Kafka and Postgres. */
public final class PluginDryRun {

    private static final int TEAM_MEMBERS = 6;

    private PluginDryRun() {}

    /** The typing of one batch; batches are in order of time. */
    public record TypedBatch(UUID sessionId, long sequence, long startedAtMs, KeystrokePayload payload) {}

    /**
     * The result of a dry run.
     *
     * @param rows by key, as JSON
     * @param summary JSON
     * @param records delivered to the plugin
     * @param failure null if it succeeded
     */
    public record Result(
            Map<String, String> rows,
            @Nullable String summary,
            long records,
            @Nullable String failure) {}

    /**
     * Grants the plugin all capabilities of its manifest and folds the typing of person 0; a team plugin folds the
     * windows of a team of {@value #TEAM_MEMBERS}.
     *
     * @param typing by number of the person, zero-based
     * @param zone of the user
     */
    public static Result run(byte[] manifest, byte[] module, IntFunction<List<TypedBatch>> typing, ZoneId zone)
            throws PluginRefusedException {
        Manifest parsed = Manifest.parse(manifest);
        boolean isTeamPlugin = parsed.scope() == Manifest.Scope.TEAM;
        PluginMetrics metrics = new PluginMetrics(new SimpleMeterRegistry());
        try (PluginHost host = new PluginHost(PluginLimits.standard())) {
            Plugin plugin = host.load(parsed, module, parsed.capabilities());
            try (RunFold fold =
                    new RunFold(plugin.open(Long.MIN_VALUE, Long.MAX_VALUE), parsed.window(), zone, metrics)) {
                String failure = null;
                try {
                    if (isTeamPlugin) {
                        addWindows(typing, fold);
                    } else {
                        addTyping(typing.apply(0), plugin.imports(), zone, fold);
                    }
                    fold.advanceTime(Instant.now().toEpochMilli());
                    fold.finish();
                } catch (RunEndedException e) {
                    failure = e.reason();
                }
                RunTables.RunResults results = fold.results(true);
                return new Result(new TreeMap<>(results.rows()), results.summary(), fold.records(), failure);
            }
        }
    }

    private static void addTyping(List<TypedBatch> typed, Set<Capability> imports, ZoneId zone, RunFold fold)
            throws RunEndedException {
        RecordFeed feed = new RecordFeed(zone, imports, Long.MIN_VALUE, Long.MAX_VALUE);
        for (TypedBatch each : typed) {
            feed.batch(each.sessionId, each.sequence, each.startedAtMs, Long.MAX_VALUE, each.payload, fold);
        }
        feed.advanceTime(Instant.now().toEpochMilli(), fold);
    }

    private static void addWindows(IntFunction<List<TypedBatch>> typing, RunFold fold) throws RunEndedException {
        DryRunTeam team = new DryRunTeam();
        for (int member = 0; member < TEAM_MEMBERS; member++) {
            team.add(typing.apply(member));
        }
        for (PluginRecord.TeamWindow window : team.windows()) {
            fold.add(window, window.startMs());
        }
    }
}
