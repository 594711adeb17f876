package dev.mindfulcode.pluginhost;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Loads plugins and runs their guests, on threads of its own and within {@link PluginLimits}.
 *
 * <p>Security guarantees: a guest reaches nothing but its own memory and the imports that were granted; it ends within
 * its fuel and time whatever it does; it cannot hold more memory, table or output than the limits say; and which
 * instruction it is stopped at for want of fuel depends on the module and its input alone. It is not kept from telling
 * by its results what it was given: grant accordingly.
 */
public final class PluginHost implements AutoCloseable {
    private static final long IDLE_THREAD_SECONDS = 10;

    private final PluginLimits limits;
    private final ThreadPoolExecutor guests;
    private final CallWatchdog watch = new CallWatchdog();
    private final Semaphore runs;
    private volatile boolean closing;

    public PluginHost(PluginLimits limits) {
        this.limits = limits;
        this.runs = new Semaphore(limits.host().runsMax());
        AtomicInteger number = new AtomicInteger();
        long stackBytes = limits.threadStackBytes();
        guests = new ThreadPoolExecutor(
                limits.host().threadsMax(),
                limits.host().threadsMax(),
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(limits.host().waitingMax()),
                guest -> {
                    Thread thread = new Thread(null, guest, "plugin-guest-" + number.incrementAndGet(), stackBytes);
                    thread.setDaemon(true);
                    return thread;
                });
        guests.allowCoreThreadTimeOut(true);
    }

    /**
     * Checks, meters and compiles a module, on the calling thread; a large one takes seconds.
     *
     * @param granted what it may import, of what its manifest names; an import of anything else refuses the module
     */
    public Plugin load(Manifest manifest, byte[] module, Set<Capability> granted) throws PluginRefusedException {
        Set<Capability> allowed = EnumSet.noneOf(Capability.class);
        for (Capability capability : granted) {
            if (manifest.capabilities().contains(capability)) {
                allowed.add(capability);
            }
        }
        return new Plugin(
                this, manifest, sha256(module), GuestModule.load(module, allowed, limits, WasmEngine.COMPILED));
    }

    public PluginLimits limits() {
        return limits;
    }

    /** Stops what runs, which answers {@link Outcome.Busy}, and lets the threads go. */
    @Override
    public void close() {
        closing = true;
        for (Runnable waiting : guests.shutdownNow()) {
            ((PluginRun.Batch) waiting).abandon();
        }
        try {
            boolean _ = guests.awaitTermination(limits.call().batchMillisMax(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        watch.close();
    }

    PluginRun open(Plugin plugin, long fromMs, long toMs) {
        if (!runs.tryAcquire()) {
            throw new IllegalStateException("more than " + limits.host().runsMax() + " runs of plugins are open");
        }
        return new PluginRun(this, plugin, fromMs, toMs);
    }

    void released() {
        runs.release();
    }

    void execute(PluginRun.Batch batch) {
        guests.execute(batch);
    }

    CallWatchdog watch() {
        return watch;
    }

    boolean closing() {
        return closing;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
