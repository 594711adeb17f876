package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.SpanReads;
import dev.mindfulcode.apigateway.flow.SpanReads.Minute;
import dev.mindfulcode.apigateway.flow.SpanReads.Period;
import dev.mindfulcode.apigateway.flow.SpanReads.Span;
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

/** What the past was like. */
final class FlowFields implements Fields {

    private static final String PERIODS_OF_SESSIONS = "periodsOfSessions";

    private final SpanReads spans;
    private final Clock clock;

    FlowFields(SpanReads spans, Clock clock) {
        this.spans = spans;
        this.clock = clock;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        loaders.<UUID, List<Period>>forName(PERIODS_OF_SESSIONS)
                .registerMappedBatchLoader((ids, asked) ->
                        spans.periodsOf(Asked.userId(asked), ids).map(found -> bySession(ids, found)));
        wiring.type(
                        "Query",
                        query -> query.dataFetcher("flowPeriods", this::periods)
                                .dataFetcher("flowMinutes", this::minutes))
                .type("Session", session -> session.dataFetcher("flowPeriods", FlowFields::periodsOfSession));
    }

    private Mono<List<Period>> periods(DataFetchingEnvironment asked) {
        return spans.periods(Asked.userId(asked), span(asked, SpanReads.PERIODS_SPAN_MAX));
    }

    private Mono<List<Minute>> minutes(DataFetchingEnvironment asked) {
        return spans.minutes(Asked.userId(asked), span(asked, SpanReads.MINUTES_SPAN_MAX));
    }

    private static @Nullable CompletableFuture<List<Period>> periodsOfSession(DataFetchingEnvironment asked) {
        DataLoader<UUID, List<Period>> periods = asked.getDataLoader(PERIODS_OF_SESSIONS);
        return periods == null
                ? null
                : periods.load(Asked.of(asked, Session.class).sessionId());
    }

    private Span span(DataFetchingEnvironment asked, Duration max) {
        return Span.of(Asked.time(asked, "from"), Asked.time(asked, "to"), max, clock.instant());
    }

    private static Map<UUID, List<Period>> bySession(Set<UUID> ids, List<Period> found) {
        Map<UUID, List<Period>> periods = found.stream().collect(Collectors.groupingBy(Period::sessionId));
        ids.forEach(id -> periods.putIfAbsent(id, List.of()));
        return periods;
    }
}
