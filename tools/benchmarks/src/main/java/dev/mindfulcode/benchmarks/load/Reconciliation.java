package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.cli.http.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Compares each user's keystrokes in the read model with the accepted ones until they are equal or a timeout expires.
 * The read model is some seconds behind by design, because flow-stream commits seldom.
 *
 * @param expected keystrokes accepted
 * @param found keystrokes in the read model at the end
 * @param unequal users whose counts differ, at most {@value #UNEQUAL_MAX}
 */
public record Reconciliation(long expected, long found, List<String> unequal) {

    private static final int UNEQUAL_MAX = 10;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    boolean isEqual() {
        return unequal.isEmpty() && expected == found;
    }

    public static Reconciliation of(List<LoadTotals.Sender> people, Duration timeout)
            throws ApiException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long expected = people.stream().mapToLong(LoadTotals.Sender::expected).sum();
        long settled = 0;
        List<LoadTotals.Sender> open = people;
        while (true) {
            List<LoadTotals.Sender> unequal = new ArrayList<>();
            long found = 0;
            for (LoadTotals.Sender person : open) {
                long of = person.account().keystrokesFound(person.from(), person.to());
                if (of == person.expected()) {
                    settled += of;
                } else {
                    found += of;
                    unequal.add(person);
                }
            }
            if (unequal.isEmpty() || System.nanoTime() > deadline) {
                return new Reconciliation(
                        expected,
                        settled + found,
                        unequal.stream()
                                .map(LoadTotals.Sender::name)
                                .limit(UNEQUAL_MAX)
                                .toList());
            }
            open = unequal;
            TimeUnit.NANOSECONDS.sleep(POLL_INTERVAL.toNanos());
        }
    }
}
