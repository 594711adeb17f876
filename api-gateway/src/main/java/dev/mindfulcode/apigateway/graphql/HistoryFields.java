package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.Analytics;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.Patterns;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** What the past says. */
final class HistoryFields implements FieldResolvers {

    private final FlowHistory history;

    HistoryFields(FlowHistory history) {
        this.history = history;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        wiring.type(
                "Query",
                query -> query.dataFetcher("analytics", this::analytics)
                        .dataFetcher("patterns", this::patterns)
                        .dataFetcher("insights", asked -> history.insights(FetchArguments.userId(asked))));
    }

    private Mono<Analytics> analytics(DataFetchingEnvironment asked) {
        return history.analytics(FetchArguments.userId(asked), days(asked));
    }

    private Mono<Patterns> patterns(DataFetchingEnvironment asked) {
        return history.patterns(FetchArguments.userId(asked), days(asked));
    }

    private static int days(DataFetchingEnvironment asked) {
        return FetchArguments.integer(asked, "days", 1, FlowHistory.DAYS_MAX);
    }
}
