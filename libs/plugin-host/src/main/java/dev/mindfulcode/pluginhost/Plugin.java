package dev.mindfulcode.pluginhost;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loaded module with its manifest and what it was granted. Each use of it is a {@link PluginRun} of its own; what one
 * use leaves behind no other finds.
 *
 * <p>A plugin that fails so many times in a row as the limits say is disabled: it is run no more until
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

    /** Of the bytes that were loaded, in hexadecimal: which module this is. */
    public String moduleSha256() {
        return moduleSha256;
    }

    /** What the module really imports, of what it was granted: the records to give it. */
    public Set<Capability> imports() {
        return module.imports();
    }

    /**
     * A new use, over records from one instant up to another. Nothing of the guest runs yet.
     *
     * @throws IllegalStateException if as many runs as the host allows are open
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

    /** Forgets the failures, after somebody has looked. */
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
