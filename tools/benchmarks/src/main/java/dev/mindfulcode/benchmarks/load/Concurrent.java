package dev.mindfulcode.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs one thread a person, and stops them all when one fails. */
final class Concurrent {

    /** The work for one index. */
    interface Work {
        void run(int person) throws Exception;
    }

    private Concurrent() {}

    /**
     * @param atOnce how many people are at it at a time
     * @throws Exception what the first failing person threw
     */
    static void each(int people, int atOnce, Work work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Math.max(1, Math.min(people, atOnce)), Thread.ofVirtual().factory())) {
            ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(threads);
            List<Future<Void>> all = new ArrayList<>(people);
            for (int i = 0; i < people; i++) {
                int person = i;
                all.add(running.submit(() -> {
                    work.run(person);
                    return null;
                }));
            }
            try {
                for (int i = 0; i < people; i++) {
                    running.take().get();
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            } finally {
                all.forEach(future -> future.cancel(true));
            }
        }
    }
}
