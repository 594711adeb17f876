package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.pluginhost.Outcome.Ok;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One of the plugins of this repository, as it is compiled there. */
final class ExamplePlugin {

    private static final Path FOLDER = Path.of("..", "..", "plugins");

    private ExamplePlugin() {}

    /** Folds records through a plugin and returns the last result of each key, and the summary under the empty one. */
    static Map<String, Map<String, @Nullable Object>> fold(String name, List<? extends PluginRecord> records)
            throws Exception {
        Map<String, Map<String, @Nullable Object>> rows = new TreeMap<>();
        try (PluginHost host = new PluginHost(PluginLimits.standard());
                PluginRun run = load(host, name).open(Long.MIN_VALUE, Long.MAX_VALUE)) {
            int portion = 200;
            for (int from = 0; from < records.size(); from += portion) {
                keep(
                        run.fold(records.subList(from, Math.min(records.size(), from + portion)))
                                .get(),
                        rows);
            }
            keep(run.result().get(), rows);
        }
        return rows;
    }

    private static Plugin load(PluginHost host, String name) throws IOException, PluginRefusedException {
        Path folder = FOLDER.resolve(name);
        Manifest manifest = Manifest.parse(Files.readAllBytes(folder.resolve("manifest.json")));
        return host.load(manifest, Files.readAllBytes(folder.resolve(name + ".wasm")), manifest.capabilities());
    }

    private static void keep(Outcome outcome, Map<String, Map<String, @Nullable Object>> rows) throws Exception {
        assertThat(outcome).isInstanceOf(Ok.class);
        for (Outcome.Result result : ((Ok) outcome).results()) {
            rows.put(result.key(), PluginJson.object(result.json()));
        }
    }
}
