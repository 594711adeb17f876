package dev.mindfulcode.pluginhost;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loaded module with its manifest and grant. Each use is a {@link PluginRun} with a state of its own.
 *
 * <p>A plugin is disabled after {@link PluginLimits.CallLimits#failuresInRowMax} failures in a row, until
 * {@link #enable()}.
 */
public final class Plugin {
    private final PluginHost host;
    private final Manifest manifest;
    private final String moduleSha256;
    private final GuestModule module;
    private final AtomicInteger failuresInRow = new AtomicInteger();

    Plugin(PluginHost host, Manifest manifest, String moduleSha256, GuestModule module) {
        this.host = host;
        this.manifest = manifest;
        this.moduleSha256 = moduleSha256;
        this.module = module;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** Returns the SHA-256 of the loaded bytes in hexadecimal. */
    public String moduleSha256() {
        return moduleSha256;
    }

    /** Returns the granted capabilities that the module imports: the records to pass to it. */
    public Set<Capability> imports() {
        return module.imports();
    }

    /**
     * Opens a run over records of a time range. Runs no code of the guest yet.
     *
     * @throws IllegalStateException if the host's maximum of runs is open
     */
    public PluginRun open(long fromMs, long toMs) {
        return host.open(this, fromMs, toMs);
    }

    public boolean disabled() {
        return failuresInRow.get() >= host.limits().call().failuresInRowMax();
    }

    public int failuresInRow() {
        return failuresInRow.get();
    }

    /** Resets the failures. */
    public void enable() {
        failuresInRow.set(0);
    }

    GuestModule module() {
        return module;
    }

    void count(Outcome outcome) {
        switch (outcome) {
            case Outcome.Ok _ ->
                failuresInRow.updateAndGet(
                        failures -> failures >= host.limits().call().failuresInRowMax() ? failures : 0);
            case Outcome.Failure _ -> failuresInRow.incrementAndGet();
            case Outcome.Disabled _, Outcome.Busy _ -> {}
        }
    }
}
