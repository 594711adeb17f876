package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Builds of projections: reads their state and writes requests, which the projection service executes. */
final class Builds {

    /** The schema of a build that is not in use. */
    private static final String STAGING_SCHEMA = "readmodel_%s_%d";

    private static final String SHOW = """
            select b.projection, b.build, b.version, b.state, b.phase, b.share_percent, b.records, b.records_total,
                   b.records_per_second, b.report::text as report, b.ordered_at, b.changed_at, b.topics,
                   coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint as row_count,
                   coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
            from readmodel.projection_builds b
                left join pg_namespace n on n.nspname = case when b.state = 'in_use' then 'readmodel'
                    else 'readmodel_' || b.projection || '_' || b.build end
                left join pg_class c on c.relnamespace = n.oid and c.relname = any (b.tables)
            group by b.projection, b.build
            order by b.projection, b.build""";

    private static final String OFFSETS = "select topic, partition, next_offset from %s.projection_offsets";

    private static final String EXISTS =
            "select count(*) as found from readmodel.projection_builds where projection = :projection";

    private static final String ORDER = """
            insert into readmodel.projection_builds (projection, build, state, share_percent)
            select projection, max(build) + 1, 'building', :share
            from readmodel.projection_builds where projection = :projection
            group by projection
            on conflict do nothing returning build""";

    private static final String USE = """
            update readmodel.projection_builds
            set state = 'building', is_forced = true, phase = 'waiting', share_percent = :share, ordered_at = now(),
                changed_at = now()
            where projection = :projection and build = :build and state in ('retained', 'refused')
                and version is not null
            returning build""";

    private static final String DROP = """
            update readmodel.projection_builds set state = 'dropping', changed_at = now()
            where projection = :projection and build = :build and state in ('building', 'retained', 'refused')
            returning build""";

    private final Database database;
    private final TopicEnds ends;

    Builds(Database database, TopicEnds ends) {
        this.database = database;
        this.ends = ends;
    }

    private record Shown(BuildView view, Set<String> topics) {}

    /** Emits all builds, ordered by projection and build. */
    Mono<List<BuildView>> all() {
        return database.sql(SHOW)
                .map(Builds::shown)
                .all()
                .collectList()
                .zipWith(offsets("readmodel"))
                .flatMap(found -> {
                    Map<TopicPartition, Long> live = found.getT2();
                    return ends.of(live.keySet())
                            .flatMap(log -> Flux.fromIterable(found.getT1())
                                    .concatMap(shown -> lag(shown, live, log))
                                    .collectList());
                });
    }

    /** Requests a build from the first record; emits its number. */
    Mono<Integer> order(String projection, int sharePercent) {
        return known(projection)
                .then(Mono.defer(() -> database.sql(ORDER)
                        .bind("projection", projection)
                        .bind("share", sharePercent)
                        .map(row -> row.get("build", Integer.class))
                        .one()))
                .switchIfEmpty(
                        Mono.error(() -> ProblemType.BUILD_CONFLICT.withDetail("This projection is being rebuilt.")));
    }

    /**
     * Requests that a retained or refused build catches up and replaces the build in use, regardless of the comparison.
     */
    Mono<Integer> use(String projection, int build, int sharePercent) {
        return known(projection)
                .then(Mono.defer(() -> database.sql(USE)
                        .bind("projection", projection)
                        .bind("build", build)
                        .bind("share", sharePercent)
                        .map(row -> row.get("build", Integer.class))
                        .one()))
                .onErrorMap(
                        e -> e instanceof R2dbcDataIntegrityViolationException
                                || e.getCause() instanceof R2dbcDataIntegrityViolationException,
                        e -> ProblemType.BUILD_CONFLICT.withDetail("This projection is being rebuilt."))
                .switchIfEmpty(Mono.error(() -> ProblemType.BUILD_CONFLICT.withDetail(
                        "Only a retained or refused build can be taken into use.")));
    }

    /** Requests to drop a build, complete or not. */
    Mono<Integer> drop(String projection, int build) {
        return known(projection)
                .then(Mono.defer(() -> database.sql(DROP)
                        .bind("projection", projection)
                        .bind("build", build)
                        .map(row -> row.get("build", Integer.class))
                        .one()))
                .switchIfEmpty(Mono.error(() -> ProblemType.BUILD_CONFLICT.withDetail(
                        "Only an existing build that is not in use can be dropped.")));
    }

    private Mono<Void> known(String projection) {
        return database.sql(EXISTS)
                .bind("projection", projection)
                .map(row -> row.get("found", Long.class))
                .one()
                .flatMap(found -> found > 0
                        ? Mono.empty()
                        : Mono.error(ProblemType.NOT_FOUND.withDetail("Projection not found.")));
    }

    private Mono<BuildView> lag(Shown shown, Map<TopicPartition, Long> live, Map<TopicPartition, Long> log) {
        BuildView view = shown.view();
        if (view.isInUse()) {
            // One record of lag is the commit marker of the stream's transaction, which has no content.
            return Mono.just(log.isEmpty() && !live.isEmpty() ? view : view.withLag(behind(shown, live, log, 1)));
        }
        if (view.version() == null || view.state().equals("dropping")) {
            return Mono.just(view);
        }
        return offsets(STAGING_SCHEMA.formatted(view.projection(), view.build()))
                .map(own -> view.withLag(behind(shown, own, live, 0)))
                .onErrorReturn(view); // dropped concurrently
    }

    private static long behind(
            Shown shown, Map<TopicPartition, Long> own, Map<TopicPartition, Long> ends, int allowed) {
        long behind = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            if (shown.topics().contains(end.getKey().topic())) {
                long records = end.getValue() - own.getOrDefault(end.getKey(), 0L);
                behind += records > allowed ? records : 0;
            }
        }
        return behind;
    }

    private Mono<Map<TopicPartition, Long>> offsets(String schema) {
        return database.sql(OFFSETS.formatted(schema))
                .map(row -> Map.entry(
                        new TopicPartition(row.get("topic", String.class), row.get("partition", Integer.class)),
                        row.get("next_offset", Long.class)))
                .all()
                .collect(HashMap::new, (map, entry) -> map.put(entry.getKey(), entry.getValue()));
    }

    private static Shown shown(Readable row) {
        String[] topics = row.get("topics", String[].class);
        long records = row.get("records", Long.class);
        long total = row.get("records_total", Long.class);
        long rate = row.get("records_per_second", Long.class);
        boolean isReading = row.get("state", String.class).equals("building") && rate > 0;
        return new Shown(
                new BuildView(
                        row.get("projection", String.class),
                        row.get("build", Integer.class),
                        row.get("version", Integer.class),
                        row.get("state", String.class),
                        row.get("phase", String.class),
                        row.get("share_percent", Integer.class),
                        records,
                        total,
                        rate,
                        isReading ? secondsLeft(total - records, rate) : null,
                        row.get("row_count", Long.class),
                        row.get("bytes", Long.class),
                        null,
                        row.get("report", String.class),
                        row.get("ordered_at", Instant.class),
                        row.get("changed_at", Instant.class)),
                topics == null ? Set.of() : Arrays.stream(topics).collect(Collectors.toSet()));
    }

    private static @Nullable Long secondsLeft(long records, long perSecond) {
        return (records + perSecond - 1) / perSecond;
    }
}
