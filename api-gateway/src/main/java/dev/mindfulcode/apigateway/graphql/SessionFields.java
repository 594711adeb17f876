package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Period;
import dev.mindfulcode.apigateway.sessions.HistoryCursor;
import dev.mindfulcode.apigateway.sessions.HistoryFilter;
import dev.mindfulcode.apigateway.sessions.Session;
import dev.mindfulcode.apigateway.sessions.SessionLifecycle;
import dev.mindfulcode.apigateway.sessions.SessionQueries;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dataloader.DataLoader;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** Sessions. */
final class SessionFields implements FieldResolvers {

    static final int PAGE_SIZE_MAX = 200;

    private static final String SESSIONS = "sessions";

    private final SessionQueries reads;
    private final Clock clock;

    SessionFields(SessionQueries reads, Clock clock) {
        this.reads = reads;
        this.clock = clock;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        loaders.<UUID, Session>forName(SESSIONS)
                .registerMappedBatchLoader((ids, environment) -> reads.findAll(
                                FetchArguments.userId(environment), ids, clock.instant())
                        .map(found ->
                                found.stream().collect(Collectors.toMap(Session::sessionId, Function.identity()))));
        wiring.type(
                        "Query",
                        query -> query.dataFetcher(
                                        "session",
                                        environment -> load(environment, FetchArguments.id(environment, "id")))
                                .dataFetcher("currentSessions", this::current)
                                .dataFetcher("sessions", this::page))
                .type(
                        "FlowPeriod",
                        period -> period.dataFetcher(
                                "session",
                                environment -> load(
                                        environment,
                                        FetchArguments.of(environment, Period.class)
                                                .sessionId())));
    }

    private static @Nullable CompletableFuture<Session> load(DataFetchingEnvironment environment, @Nullable UUID id) {
        DataLoader<UUID, Session> sessions = environment.getDataLoader(SESSIONS);
        return id == null || sessions == null ? null : sessions.load(id);
    }

    private Mono<List<Session>> current(DataFetchingEnvironment environment) {
        return reads.current(FetchArguments.userId(environment), clock.instant());
    }

    private Mono<Page> page(DataFetchingEnvironment environment) {
        int first = FetchArguments.integer(environment, "first", 1, PAGE_SIZE_MAX);
        return reads.page(
                        FetchArguments.userId(environment),
                        new HistoryFilter(
                                FetchArguments.time(environment, "from"),
                                FetchArguments.time(environment, "to"),
                                FetchArguments.text(environment, "project", HistoryFilter.NAME_LENGTH_MAX),
                                FetchArguments.text(environment, "language", HistoryFilter.NAME_LENGTH_MAX),
                                FetchArguments.text(environment, "status") instanceof String status
                                        ? SessionLifecycle.of(status)
                                        : null),
                        cursor(environment),
                        first + 1,
                        clock.instant())
                .map(found -> Page.of(found, first));
    }

    private static @Nullable HistoryCursor cursor(DataFetchingEnvironment environment) {
        String text = FetchArguments.text(environment, "after");
        HistoryCursor cursor = text == null ? null : HistoryCursor.parse(text);
        if (text != null && cursor == null) {
            throw ProblemType.INVALID_REQUEST.forField("after", "Must be the endCursor of a previous page.");
        }
        return cursor;
    }

    private record Page(List<Edge> edges, PageInfo pageInfo) {

        /** @param found one more than environment for where there is a next page */
        static Page of(List<Session> found, int first) {
            List<Edge> edges = found.stream()
                    .limit(first)
                    .map(session ->
                            new Edge(new HistoryCursor(session.startedAt(), session.sessionId()).text(), session))
                    .toList();
            return new Page(
                    edges,
                    new PageInfo(
                            found.size() > first,
                            edges.isEmpty() ? null : edges.getLast().cursor()));
        }
    }

    private record Edge(String cursor, Session node) {}

    private record PageInfo(boolean hasNextPage, @Nullable String endCursor) {}
}
