package dev.mindfulcode.projection.analytics;

import dev.mindfulcode.plugins.Limits;
import dev.mindfulcode.plugins.Manifest;
import dev.mindfulcode.plugins.Plugin;
import dev.mindfulcode.plugins.PluginHost;
import dev.mindfulcode.plugins.PluginRefusedException;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A plugin tried on recorded typing: the same records, limits and sandbox as in the service, without log and database. */
public final class PluginTrial {

    private PluginTrial() {}

    /** Typing as one batch has it; batches come in the order of time. */
    public record Typed(UUID sessionId, long sequence, long startedAtMs, KeystrokePayload payload) {}

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

    /** Grants the plugin all that its manifest names. */
    public static Result run(byte[] manifest, byte[] module, List<Typed> typed, ZoneId zone)
            throws PluginRefusedException {
        Manifest parsed = Manifest.parse(manifest);
        try (PluginHost host = new PluginHost(Limits.standard())) {
            Plugin plugin = host.load(parsed, module, parsed.capabilities());
            try (RunFold fold = new RunFold(plugin.open(Long.MIN_VALUE, Long.MAX_VALUE), parsed.window(), zone)) {
                String failure = null;
                try {
                    give(typed, new Delivery(zone, plugin.imports(), Long.MIN_VALUE, Long.MAX_VALUE), fold);
                } catch (RunEndedException e) {
                    failure = e.reason();
                }
                RunTables.Found found = fold.found(true);
                return new Result(new TreeMap<>(found.rows()), found.summary(), fold.records(), failure);
            }
        }
    }

    private static void give(List<Typed> typed, Delivery delivery, RunFold fold) throws RunEndedException {
        for (Typed each : typed) {
            delivery.typed(each.sessionId, each.sequence, each.startedAtMs, Long.MAX_VALUE, each.payload, fold);
        }
        long endMs = Instant.now().toEpochMilli();
        delivery.silentUntil(endMs, fold);
        fold.timeIs(endMs);
        fold.settle();
    }
}
