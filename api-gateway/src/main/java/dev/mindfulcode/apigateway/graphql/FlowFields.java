package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.TimeRangeQueries;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Minute;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Period;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.TimeRange;
import dev.mindfulcode.apigateway.sessions.Session;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.dataloader.DataLoader;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** Flow periods and minutes. */
final class FlowFields implements FieldResolvers {

    private static final String PERIODS_OF_SESSIONS = "periodsOfSessions";

    private final TimeRangeQueries spans;
    private final Clock clock;

    FlowFields(TimeRangeQueries spans, Clock clock) {
        this.spans = spans;
        this.clock = clock;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        loaders.<UUID, List<Period>>forName(PERIODS_OF_SESSIONS)
                .registerMappedBatchLoader((ids, environment) ->
                        spans.periodsOf(FetchArguments.userId(environment), ids).map(found -> bySession(ids, found)));
        wiring.type(
                        "Query",
                        query -> query.dataFetcher("flowPeriods", this::periods)
                                .dataFetcher("flowMinutes", this::minutes))
                .type("Session", session -> session.dataFetcher("flowPeriods", FlowFields::periodsOfSession));
    }

    private Mono<List<Period>> periods(DataFetchingEnvironment environment) {
        return spans.periods(FetchArguments.userId(environment), span(environment, TimeRangeQueries.PERIODS_RANGE_MAX));
    }

    private Mono<List<Minute>> minutes(DataFetchingEnvironment environment) {
        return spans.minutes(FetchArguments.userId(environment), span(environment, TimeRangeQueries.MINUTES_RANGE_MAX));
    }

    private static @Nullable CompletableFuture<List<Period>> periodsOfSession(DataFetchingEnvironment environment) {
        DataLoader<UUID, List<Period>> periods = environment.getDataLoader(PERIODS_OF_SESSIONS);
        return periods == null
                ? null
                : periods.load(FetchArguments.of(environment, Session.class).sessionId());
    }

    private TimeRange span(DataFetchingEnvironment environment, Duration max) {
        return TimeRange.of(
                FetchArguments.time(environment, "from"), FetchArguments.time(environment, "to"), max, clock.instant());
    }

    private static Map<UUID, List<Period>> bySession(Set<UUID> ids, List<Period> found) {
        Map<UUID, List<Period>> periods = found.stream().collect(Collectors.groupingBy(Period::sessionId));
        ids.forEach(id -> periods.putIfAbsent(id, List.of()));
        return periods;
    }
}
