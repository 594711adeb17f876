package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Checks whether plugins can be loaded, one at a time, without running them. Thread-safe. */
final class PluginLoader implements AutoCloseable {

    private static final int WAITING_MAX = 8;
    private static final int RETRY_AFTER_SECONDS = 10;

    private final PluginHost host = new PluginHost(PluginLimits.standard());
    private final Scheduler loading = Schedulers.newBoundedElastic(1, WAITING_MAX, "gateway-plugins");

    /** @param imports names of the capabilities that the module imports */
    record Loadable(Manifest manifest, String moduleSha256, List<String> imports) {}

    /** Emits the loaded plugin, or fails with the reason of its rejection. */
    Mono<Loadable> load(byte[] manifest, byte[] module) {
        return Mono.fromCallable(() -> {
                    Manifest parsed = Manifest.parse(manifest);
                    Plugin plugin = host.load(parsed, module, parsed.capabilities());
                    return new Loadable(
                            parsed,
                            plugin.moduleSha256(),
                            plugin.imports().stream()
                                    .map(Capability::externalName)
                                    .sorted()
                                    .toList());
                })
                .subscribeOn(loading)
                .onErrorMap(PluginRefusedException.class, PluginLoader::refused)
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Too many plugins are being loaded."));
    }

    int moduleBytesMax() {
        return host.limits().module().moduleBytesMax();
    }

    private static ProblemException refused(PluginRefusedException e) {
        String field = e.field();
        String at = e.reason() == PluginRefusedException.Reason.MANIFEST
                ? field == null ? "manifest" : "manifest." + field
                : "module";
        return ProblemType.PLUGIN_REFUSED.forField(at, e.getMessage() + ".");
    }

    @Override
    public void close() {
        loading.dispose();
        host.close();
    }
}
