package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Outcome;
import dev.mindfulcode.pluginhost.PluginRecord;
import dev.mindfulcode.pluginhost.PluginRun;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One guest and the results that it emitted since they were last written. Passes records in batches and calls the guest
 * when windows end. Not thread-safe.
 */
final class RunFold implements AutoCloseable {

    static final int ROWS_MAX = 5_000;
    static final long ROW_CHARS_MAX = 16L << 20;
    private static final int BATCH_RECORDS_MAX = 500;

    /** Longer than the time limit of a batch, which the host enforces. */
    private static final long ANSWER_TIMEOUT_SECONDS = 60;

    private final PluginRun run;
    private final Manifest.@Nullable Window window;
    private final ZoneId zone;
    private final PluginMetrics metrics;
    private final List<PluginRecord> batch = new ArrayList<>();
    private final Map<String, String> unwritten = new LinkedHashMap<>();
    private final Map<String, Integer> charsOfRows = new HashMap<>();
    private long chars;
    private long records;
    private @Nullable String summary;
    private @Nullable Span current;

    private record Span(long startMs, long endMs) {}

    RunFold(PluginRun run, Manifest.@Nullable Window window, ZoneId zone, PluginMetrics metrics) {
        this.run = run;
        this.window = window;
        this.zone = zone;
        this.metrics = metrics;
    }

    void add(PluginRecord record, long atMs) throws RunEndedException {
        advanceTime(atMs);
        if (window != null && current == null) {
            current = span(window, atMs);
        }
        batch.add(record);
        records++;
        if (batch.size() == BATCH_RECORDS_MAX) {
            flush();
        }
    }

    /** Ends the current window if it is over: no earlier record will follow. */
    void advanceTime(long atMs) throws RunEndedException {
        Span span = current;
        if (span != null && atMs >= span.endMs) {
            flush();
            store(answer(run.window(span.startMs, span.endMs)));
            current = null;
        }
    }

    /** Flushes buffered records and requests the summary. */
    void finish() throws RunEndedException {
        flush();
        List<Outcome.Result> results = answer(run.result());
        if (!results.isEmpty()) {
            summary = results.getFirst().json();
        }
    }

    private void flush() throws RunEndedException {
        if (!batch.isEmpty()) {
            List<PluginRecord> given = List.copyOf(batch);
            batch.clear();
            store(answer(run.fold(given)));
        }
    }

    private void store(List<Outcome.Result> results) throws RunEndedException {
        for (Outcome.Result result : results) {
            unwritten.put(result.key(), result.json());
            Integer before = charsOfRows.put(result.key(), result.json().length());
            chars += result.json().length() - (before == null ? 0 : before);
            if (charsOfRows.size() > ROWS_MAX || chars > ROW_CHARS_MAX) {
                throw new RunEndedException(
                        RunStatus.FAILED,
                        "It emitted more than " + ROWS_MAX + " rows, or more than " + (ROW_CHARS_MAX >> 20) + " MiB");
            }
        }
    }

    /** Returns the results that are not written yet. */
    RunTables.RunResults results(boolean isAll) {
        return new RunTables.RunResults(Map.copyOf(unwritten), isAll, charsOfRows.size(), summary);
    }

    void written() {
        unwritten.clear();
    }

    boolean isAllWritten() {
        return unwritten.isEmpty();
    }

    long records() {
        return records;
    }

    private List<Outcome.Result> answer(CompletableFuture<Outcome> future) throws RunEndedException {
        long startedNs = System.nanoTime();
        Outcome outcome;
        try {
            outcome = future.get(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the plugin", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The plugin host did not answer in time", e);
        }
        metrics.answered(outcome, System.nanoTime() - startedNs);
        return switch (outcome) {
            case Outcome.Ok ok -> ok.results();
            case Outcome.Failure failure -> throw new RunEndedException(RunStatus.FAILED, describe(failure));
            case Outcome.Disabled disabled ->
                throw new RunEndedException(
                        RunStatus.FAILED, "It failed " + disabled.failuresInRow() + " times in a row");
            case Outcome.Busy _ -> throw new IllegalStateException("The plugin host is stopping");
        };
    }

    private static String describe(Outcome.Failure failure) {
        String what = switch (failure) {
            case Outcome.Trapped trapped ->
                "trapped: " + trapped.trap().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            case Outcome.OutOfFuel spent -> "used up its fuel of " + spent.budget();
            case Outcome.TimedOut timed -> "took more than " + timed.millisMax() + " ms";
            case Outcome.BadOutput bad -> "emitted " + bad.reason();
            case Outcome.Declined declined -> "answered " + declined.status();
        };
        return failure.where().export() + " " + what;
    }

    private Span span(Manifest.Window window, long atMs) {
        ZonedDateTime at = Instant.ofEpochMilli(atMs).atZone(zone);
        return switch (window) {
            case HOUR ->
                between(
                        at.truncatedTo(ChronoUnit.HOURS),
                        at.truncatedTo(ChronoUnit.HOURS).plusHours(1));
            case DAY -> between(midnight(at), midnight(at.plusDays(1)));
            case WEEK -> {
                ZonedDateTime monday = at.with(TemporalAdjusters.previousOrSame(java.time.DayOfWeek.MONDAY));
                yield between(midnight(monday), midnight(monday.plusWeeks(1)));
            }
        };
    }

    private ZonedDateTime midnight(ZonedDateTime at) {
        return at.toLocalDate().atStartOfDay(zone);
    }

    private static Span between(ZonedDateTime start, ZonedDateTime end) {
        return new Span(start.toInstant().toEpochMilli(), end.toInstant().toEpochMilli());
    }

    @Override
    public void close() {
        run.close();
    }
}
