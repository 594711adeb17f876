package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Running exports: at most {@link #RUNNING_MAX} in this process, one for each user in all processes. Their progress is
 * in the table {@code gateway.exports}, so that any gateway can show it. Thread-safe.
 */
final class Exports implements AutoCloseable {

    static final int RUNNING_MAX = 4;

    private static final Logger log = LoggerFactory.getLogger(Exports.class);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    /** An export whose gateway stored no progress for so long has died with it. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final int RETRY_AFTER_SECONDS = 30;

    private static final String START = """
            INSERT INTO gateway.exports AS e (user_id, export_id, format, state, started_at, updated_at)
            VALUES (:user, :export, :format, 'running', :now, :now)
            ON CONFLICT (user_id) DO UPDATE SET export_id = excluded.export_id, format = excluded.format,
                state = 'running', percent = 0, record_count = 0, byte_count = 0, started_at = excluded.started_at,
                updated_at = excluded.updated_at
            WHERE e.state <> 'running' OR e.updated_at < :expired""";
    private static final String UPDATE = """
            UPDATE gateway.exports SET state = :state, percent = :percent, record_count = :records, byte_count = :bytes,
                updated_at = :now
            WHERE user_id = :user AND export_id = :export AND state = 'running'""";
    private static final String SELECT = """
            SELECT export_id, format, CASE WHEN state = 'running' AND updated_at < :expired THEN 'failed' ELSE state END
                AS state, percent, record_count, byte_count, started_at, updated_at
            FROM gateway.exports WHERE user_id = :user AND export_id = :export""";

    private final Database database;
    private final ExportRun.Sources sources;
    private final SecureRandom random;
    private final Clock clock;
    private final Scheduler blocking = Schedulers.newBoundedElastic(RUNNING_MAX, RUNNING_MAX * 64, "gateway-export");
    private final Set<ExportRun> running = ConcurrentHashMap.newKeySet();
    private final Disposable progress;

    /**
     * The progress of an export.
     *
     * @param state running, complete, cancelled or failed
     * @param percent of the log that was read, from 0 to 100
     * @param records rows written so far, of all tables
     */
    record Progress(
            UUID exportId,
            String format,
            String state,
            int percent,
            long records,
            long bytes,
            Instant startedAt,
            Instant updatedAt) {

        private static Progress of(Readable row) {
            return new Progress(
                    row.get("export_id", UUID.class),
                    row.get("format", String.class),
                    row.get("state", String.class),
                    row.get("percent", Integer.class),
                    row.get("record_count", Long.class),
                    row.get("byte_count", Long.class),
                    row.get("started_at", Instant.class),
                    row.get("updated_at", Instant.class));
        }
    }

    /** A started export; its file is made while it is read. */
    record Started(UUID exportId, Instant at, Flux<byte[]> file) {}

    Exports(Database database, ExportRun.Sources sources, SecureRandom random, Clock clock) {
        this.database = database;
        this.sources = sources;
        this.random = random;
        this.clock = clock;
        this.progress = Flux.interval(PROGRESS_INTERVAL)
                .onBackpressureDrop()
                .concatMap(_ -> Flux.fromIterable(running).concatMap(this::storeProgress))
                .subscribe();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Starts an export; fails with 409 while the user has another, and with 503 while too many run here. */
    Mono<Started> start(UUID userId, ExportRun.Request request) {
        Instant now = now();
        UUID exportId = Uuids.version7(now.toEpochMilli(), random);
        ExportRun run = new ExportRun(exportId, userId, request, now, sources);
        return Mono.defer(() -> reserve(run) ? insert(run, request, now) : Mono.error(tooMany()))
                .map(_ -> new Started(exportId, now, file(run)))
                .doOnError(_ -> running.remove(run))
                .doOnCancel(() -> running.remove(run));
    }

    private synchronized boolean reserve(ExportRun run) {
        return running.size() < RUNNING_MAX && running.add(run);
    }

    private static ProblemException tooMany() {
        return ProblemType.UNAVAILABLE.retryAfter(
                RETRY_AFTER_SECONDS, "Limit reached: " + RUNNING_MAX + " exports are running. Try again later.");
    }

    private Mono<Boolean> insert(ExportRun run, ExportRun.Request request, Instant now) {
        return database.sql(START)
                .bind("user", run.userId())
                .bind("export", run.exportId())
                .bind("format", request.format().text())
                .bind("now", now)
                .bind("expired", now.minus(LEASE))
                .fetch()
                .rowsUpdated()
                .flatMap(started -> started == 1
                        ? Mono.just(true)
                        : Mono.error(ProblemType.LIMIT_REACHED.withDetail(
                                "An export of yours is running. Wait until it ends, or cancel its download.")));
    }

    private Flux<byte[]> file(ExportRun run) {
        return Flux.<byte[], ExportRun>generate(
                        () -> run,
                        (open, sink) -> {
                            byte[] chunk = open.next();
                            if (chunk == null) {
                                complete(open);
                                sink.complete();
                            } else {
                                sink.next(chunk);
                            }
                            return open;
                        },
                        this::finishLater)
                .doOnError(e -> logFailure(run, e))
                .doOnCancel(run::cancel)
                .subscribeOn(blocking, true);
    }

    private static void logFailure(ExportRun run, Throwable e) {
        if (!(e instanceof CancellationException)) {
            log.warn(
                    "Export failed: export={}, error={}",
                    run.exportId(),
                    e.getClass().getSimpleName());
        }
    }

    /** Ends an export before its client knows of the end, and may begin another. */
    private void complete(ExportRun run) {
        running.remove(run);
        store(run, "complete").block();
    }

    /** Called on whichever thread ends the export, which may be one that must not block. */
    private void finishLater(ExportRun run) {
        blocking.schedule(() -> {
            try {
                run.close();
            } finally {
                if (running.remove(run)) {
                    store(run, run.isCancelled() ? "cancelled" : "failed").subscribe(_ -> {}, e -> logFailure(run, e));
                }
            }
        });
    }

    private Mono<Long> storeProgress(ExportRun run) {
        if (!run.isBegun()) {
            // Its row may not be there yet. Without a reader after a while, its client is gone.
            if (run.isOlderThan(LEASE)) {
                finishLater(run);
            }
            return Mono.empty();
        }
        return store(run, "running")
                .doOnNext(updated -> {
                    if (updated == 0) {
                        run.erase();
                    }
                })
                .onErrorResume(_ -> Mono.empty());
    }

    private Mono<Long> store(ExportRun run, String state) {
        return database.sql(UPDATE)
                .bind("state", state)
                .bind("percent", state.equals("complete") ? 100 : run.percent())
                .bind("records", run.rows())
                .bind("bytes", run.bytes())
                .bind("now", now())
                .bind("user", run.userId())
                .bind("export", run.exportId())
                .fetch()
                .rowsUpdated();
    }

    /** Emits the progress of the user's latest export; fails with 404 for any other. */
    Mono<Progress> find(UUID userId, UUID exportId) {
        return database.sql(SELECT)
                .bind("user", userId)
                .bind("export", exportId)
                .bind("expired", now().minus(LEASE))
                .map(Progress::of)
                .one()
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail(
                        "Your latest export has another id. Earlier ones are forgotten.")));
    }

    int running() {
        return running.size();
    }

    @Override
    public void close() {
        progress.dispose();
        running.forEach(ExportRun::cancel);
        blocking.dispose();
    }
}
