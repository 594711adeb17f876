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
 * Loads plugins and runs their guests, on its own threads and within {@link PluginLimits}.
 *
 * <p>Security guarantees: a guest can access only its own memory and its granted imports; it ends within its fuel and
 * time; its memory, table and output are limited; and the instruction at which it runs out of fuel depends only on the
 * module and its input. Its results may contain all data that it receives: grant accordingly.
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
     * Checks, meters and compiles a module on the calling thread; a large one needs seconds.
     *
     * @param granted capabilities to allow, as far as the manifest names them; other imports are rejected
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

    /** Stops all runs, whose batches end with {@link Outcome.Busy}, and ends the threads. */
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
            throw new IllegalStateException(
                    "The maximum of " + limits.host().runsMax() + " open plugin runs is reached");
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
