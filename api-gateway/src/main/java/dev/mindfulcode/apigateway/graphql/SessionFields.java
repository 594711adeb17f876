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
                .registerMappedBatchLoader((ids, asked) -> reads.findAll(
                                FetchArguments.userId(asked), ids, clock.instant())
                        .map(found ->
                                found.stream().collect(Collectors.toMap(Session::sessionId, Function.identity()))));
        wiring.type(
                        "Query",
                        query -> query.dataFetcher("session", asked -> load(asked, FetchArguments.id(asked, "id")))
                                .dataFetcher("currentSessions", this::current)
                                .dataFetcher("sessions", this::page))
                .type(
                        "FlowPeriod",
                        period -> period.dataFetcher(
                                "session",
                                asked -> load(
                                        asked,
                                        FetchArguments.of(asked, Period.class).sessionId())));
    }

    private static @Nullable CompletableFuture<Session> load(DataFetchingEnvironment asked, @Nullable UUID id) {
        DataLoader<UUID, Session> sessions = asked.getDataLoader(SESSIONS);
        return id == null || sessions == null ? null : sessions.load(id);
    }

    private Mono<List<Session>> current(DataFetchingEnvironment asked) {
        return reads.current(FetchArguments.userId(asked), clock.instant());
    }

    private Mono<Page> page(DataFetchingEnvironment asked) {
        int first = FetchArguments.integer(asked, "first", 1, PAGE_SIZE_MAX);
        return reads.page(
                        FetchArguments.userId(asked),
                        new HistoryFilter(
                                FetchArguments.time(asked, "from"),
                                FetchArguments.time(asked, "to"),
                                FetchArguments.text(asked, "project", HistoryFilter.NAME_LENGTH_MAX),
                                FetchArguments.text(asked, "language", HistoryFilter.NAME_LENGTH_MAX),
                                FetchArguments.text(asked, "status") instanceof String status
                                        ? SessionLifecycle.of(status)
                                        : null),
                        cursor(asked),
                        first + 1,
                        clock.instant())
                .map(found -> Page.of(found, first));
    }

    private static @Nullable HistoryCursor cursor(DataFetchingEnvironment asked) {
        String text = FetchArguments.text(asked, "after");
        HistoryCursor cursor = text == null ? null : HistoryCursor.parse(text);
        if (text != null && cursor == null) {
            throw ProblemType.INVALID_REQUEST.forField("after", "Send endCursor as the page before gave it.");
        }
        return cursor;
    }

    private record Page(List<Edge> edges, PageInfo pageInfo) {

        /** @param found one more than asked for where there is a next page */
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
