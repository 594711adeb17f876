package dev.mindfulcode.pluginhost;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One fold of one plugin over the records of a user or team, with a guest of its own until {@link #close()}.
 *
 * <p>Runs one batch at a time on a thread of the host and completes a future, so that callers need not block. The first
 * batch creates the guest and calls {@code init}. After a {@link Outcome.Failure} the run is over and returns the same
 * failure to all further batches.
 */
public final class PluginRun implements AutoCloseable {
    private final PluginHost host;
    private final Plugin plugin;
    private final long fromMs;
    private final long toMs;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();

    // Owned by the thread with the current batch; published through underWay.
    private @Nullable Guest guest;
    private Outcome.@Nullable Failure over;

    PluginRun(PluginHost host, Plugin plugin, long fromMs, long toMs) {
        this.host = host;
        this.plugin = plugin;
        this.fromMs = fromMs;
        this.toMs = toMs;
    }

    /** One call and its position for error messages. */
    private record Step(Outcome.Where where, Call call) {
        interface Call {
            /** Returns the guest's status. */
            int on(Guest guest);
        }
    }

    /**
     * Passes records to the guest in order, except kinds that it does not import.
     *
     * @throws IllegalArgumentException if there are more than a batch may have, or one is too large
     * @throws IllegalStateException if a batch of this run is under way, or it is closed
     */
    public CompletableFuture<Outcome> fold(List<? extends PluginRecord> records) {
        PluginLimits.CallLimits limits = host.limits().call();
        if (records.size() > limits.recordsMax()) {
            throw new IllegalArgumentException("more than " + limits.recordsMax() + " records in a batch");
        }
        List<Step> steps = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            Capability kind = records.get(i).capability();
            if (plugin.imports().contains(kind)) {
                byte[] encoded = records.get(i).encode();
                if (encoded.length > limits.recordBytesMax()) {
                    throw new IllegalArgumentException(
                            "record " + i + " has more than " + limits.recordBytesMax() + " bytes");
                }
                steps.add(new Step(new Outcome.Where("on_record", i), guest -> guest.onRecord(kind, encoded)));
            }
        }
        return submit(steps);
    }

    /** Calls {@code on_window}: all records before {@code endMs} have been passed. */
    public CompletableFuture<Outcome> window(long startMs, long endMs) {
        return submit(List.of(new Step(new Outcome.Where("on_window", -1), guest -> guest.onWindow(startMs, endMs))));
    }

    /** Calls {@code result}; the outcome has at most one result. */
    public CompletableFuture<Outcome> result() {
        return submit(List.of(new Step(new Outcome.Where("result", -1), guest -> {
            guest.summarise();
            return 0;
        })));
    }

    /** Releases the guest, after the current batch. */
    @Override
    public void close() {
        closed.set(true);
        if (underWay.compareAndSet(false, true)) {
            release();
        }
    }

    private CompletableFuture<Outcome> submit(List<Step> steps) {
        if (closed.get()) {
            throw new IllegalStateException("the run is closed");
        }
        if (!underWay.compareAndSet(false, true)) {
            throw new IllegalStateException(closed.get() ? "the run is closed" : "a batch of this run is under way");
        }
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        try {
            host.execute(new Batch(steps, outcome));
        } catch (RejectedExecutionException _) {
            done();
            outcome.complete(new Outcome.Busy());
        }
        return outcome;
    }

    /** A batch as a task of the host's threads. */
    final class Batch implements Runnable {
        private final List<Step> steps;
        private final CompletableFuture<Outcome> answer;

        private Batch(List<Step> steps, CompletableFuture<Outcome> answer) {
            this.steps = steps;
            this.answer = answer;
        }

        @Override
        public void run() {
            Outcome outcome;
            try {
                outcome = perform(steps);
            } catch (RuntimeException | Error e) {
                done();
                answer.completeExceptionally(e);
                throw e;
            }
            done();
            answer.complete(outcome);
        }

        /** Completes a batch that will not run. */
        void abandon() {
            done();
            answer.complete(new Outcome.Busy());
        }
    }

    private Outcome perform(List<Step> steps) {
        if (over != null) {
            return over;
        }
        if (plugin.disabled()) {
            return new Outcome.Disabled(plugin.failuresInRow());
        }
        Outcome outcome;
        try (CallWatchdog.Guard guard = host.watch().over(host.limits().call())) {
            outcome = perform(steps, guard);
        }
        if (host.closing() && outcome instanceof Outcome.TimedOut) {
            return new Outcome.Busy();
        }
        if (outcome instanceof Outcome.Failure failure) {
            over = failure;
            guest = null;
        }
        plugin.count(outcome);
        return outcome;
    }

    private Outcome perform(List<Step> steps, CallWatchdog.Guard guard) {
        long fuelUsed = 0;
        List<Step> all = steps;
        if (guest == null) {
            all = new ArrayList<>(steps.size() + 2);
            all.add(new Step(new Outcome.Where("start", -1), guest -> {
                guest.start();
                return 0;
            }));
            all.add(new Step(
                    new Outcome.Where("init", -1),
                    guest -> guest.init(plugin.manifest().scope(), fromMs, toMs)));
            all.addAll(steps);
            guest = plugin.module().guest();
        }
        Guest mine = guest;
        for (Step step : all) {
            if (!guard.nextCall()) {
                return new Outcome.TimedOut(step.where, guard.millisMax());
            }
            if (host.closing()) {
                return new Outcome.Busy(); // close() may have interrupted before the call
            }
            try {
                int status = step.call.on(mine);
                if (status != 0) {
                    return new Outcome.Declined(step.where, status);
                }
            } catch (Guest.StoppedException e) {
                return switch (e.stop) {
                    case Guest.Stop.Trapped(Outcome.Trap trap) -> new Outcome.Trapped(step.where, trap);
                    case Guest.Stop.OutOfFuel() ->
                        new Outcome.OutOfFuel(step.where, host.limits().call().fuelMax());
                    case Guest.Stop.Interrupted() -> new Outcome.TimedOut(step.where, guard.millisMax());
                    case Guest.Stop.BadOutput(String reason) -> new Outcome.BadOutput(step.where, reason);
                };
            }
            fuelUsed += mine.fuelUsed();
        }
        return new Outcome.Ok(mine.takeResults(), fuelUsed);
    }

    private void done() {
        if (closed.get()) {
            release();
            return;
        }
        underWay.set(false);
        if (closed.get() && underWay.compareAndSet(false, true)) {
            release();
        }
    }

    private void release() {
        if (released.compareAndSet(false, true)) {
            guest = null;
            host.released();
        }
    }
}
