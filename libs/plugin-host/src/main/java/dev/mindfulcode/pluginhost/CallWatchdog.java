package dev.mindfulcode.pluginhost;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Interrupts guests that exceed their wall time. A guest checks for interrupts at each call and loop iteration. */
final class CallWatchdog implements AutoCloseable {
    private static final long RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ScheduledThreadPoolExecutor timer;

    CallWatchdog() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("plugin-watch").factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    /** Starts to watch the calls of one batch on the current thread. */
    Guard over(PluginLimits.CallLimits limits) {
        Guard guard = new Guard(limits);
        guard.again(TimeUnit.MILLISECONDS.toNanos(limits.callMillisMax()));
        return guard;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    final class Guard implements AutoCloseable {
        private final Thread guest = Thread.currentThread();
        private final PluginLimits.CallLimits limits;
        private final long batchEndsNanos;
        private long callEndsNanos;
        private boolean over;
        private @Nullable Future<?> next;

        private Guard(PluginLimits.CallLimits limits) {
            this.limits = limits;
            long now = System.nanoTime();
            batchEndsNanos = now + TimeUnit.MILLISECONDS.toNanos(limits.batchMillisMax());
            callEndsNanos = now + TimeUnit.MILLISECONDS.toNanos(limits.callMillisMax());
        }

        /** Starts the next call; returns false if the batch has no time left. */
        synchronized boolean nextCall() {
            boolean _ = Thread.interrupted(); // the last call ended just at its timeout
            long now = System.nanoTime();
            callEndsNanos = now + TimeUnit.MILLISECONDS.toNanos(limits.callMillisMax());
            return now - batchEndsNanos < 0;
        }

        /** Returns the limit that was exceeded: that of the batch if it came first. */
        synchronized int millisMax() {
            return batchEndsNanos - callEndsNanos < 0 ? limits.batchMillisMax() : limits.callMillisMax();
        }

        private synchronized void check() {
            if (over) {
                return;
            }
            long ends = batchEndsNanos - callEndsNanos < 0 ? batchEndsNanos : callEndsNanos;
            long left = ends - System.nanoTime();
            if (left <= 0) {
                guest.interrupt();
            }
            again(Math.max(left, RECHECK_NANOS));
        }

        private void again(long afterNanos) {
            if (!timer.isShutdown()) {
                next = timer.schedule(this::check, afterNanos, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public synchronized void close() {
            over = true;
            if (next != null) {
                next.cancel(false);
            }
            boolean _ = Thread.interrupted(); // must not reach the next user of this thread
        }
    }
}
