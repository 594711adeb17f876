package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.Analytics;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.Patterns;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** Statistics, patterns and insights. */
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
                        .dataFetcher("insights", environment -> history.insights(FetchArguments.userId(environment))));
    }

    private Mono<Analytics> analytics(DataFetchingEnvironment environment) {
        return history.analytics(FetchArguments.userId(environment), days(environment));
    }

    private Mono<Patterns> patterns(DataFetchingEnvironment environment) {
        return history.patterns(FetchArguments.userId(environment), days(environment));
    }

    private static int days(DataFetchingEnvironment environment) {
        return FetchArguments.integer(environment, "days", 1, FlowHistory.DAYS_MAX);
    }
}
