package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.live.LiveConnection;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.analysis.MaxQueryComplexityInstrumentation;
import graphql.analysis.MaxQueryDepthInstrumentation;
import graphql.parser.ParserOptions;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.graphql.execution.ContextPropagationHelper;
import org.springframework.graphql.execution.DefaultBatchLoaderRegistry;
import org.springframework.graphql.execution.DefaultExecutionGraphQlService;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.support.DefaultExecutionGraphQlRequest;
import reactor.core.publisher.Mono;

/** Executes operations on the schema. Thread-safe. */
final class GraphQlExecutor {

    /**
     * Maximum depth, as needed by the longest introspection query in use. Our own types are recursive.
     */
    static final int DEPTH_MAX = 16;

    /** Sets no thread locals: resolvers read the caller from the GraphQL context. */
    private static final ContextSnapshotFactory NO_THREAD_LOCALS = ContextSnapshotFactory.builder()
            .contextRegistry(new ContextRegistry().loadContextAccessors())
            .build();

    private static final String SCHEMA = "dev/mindfulcode/apigateway/graphql/schema.graphqls";

    private final DefaultExecutionGraphQlService service;

    GraphQlExecutor(List<FieldResolvers> fields) {
        DefaultBatchLoaderRegistry loaders = new DefaultBatchLoaderRegistry();
        GraphQlSource source = GraphQlSource.schemaResourceBuilder()
                .schemaResources(new ClassPathResource(SCHEMA, GraphQlExecutor.class.getClassLoader()))
                .configureRuntimeWiring(wiring -> {
                    wiring.scalar(Scalars.DATE_TIME).scalar(Scalars.DATE).scalar(Scalars.LONG);
                    fields.forEach(group -> group.addTo(wiring, loaders));
                })
                .exceptionResolvers(List.of((failure, environment) -> Mono.fromSupplier(() -> List.of(ErrorResults.of(
                        failure,
                        environment.getField().getSourceLocation(),
                        environment.getExecutionStepInfo().getPath().toList())))))
                .subscriptionExceptionResolvers(
                        List.of(failure -> Mono.fromSupplier(() -> List.of(ErrorResults.of(failure, null, null)))))
                .instrumentation(List.of(
                        new DocumentLimits(),
                        new MaxQueryDepthInstrumentation(DEPTH_MAX),
                        new MaxQueryComplexityInstrumentation(QueryCostCalculator.COST_MAX, new QueryCostCalculator())))
                .build();
        service = new DefaultExecutionGraphQlService(source);
        service.addDataLoaderRegistrar(loaders);
    }

    /**
     * Executes an operation. The data of a subscription's result is a publisher of results.
     *
     * @param connection connection of a subscription; null if the transport has none
     */
    Mono<ExecutionResult> execute(Operation operation, Caller caller, @Nullable LiveConnection connection) {
        DefaultExecutionGraphQlRequest request = new DefaultExecutionGraphQlRequest(
                operation.document(),
                operation.name(),
                operation.variables(),
                Map.of(),
                UUID.randomUUID().toString(),
                Locale.ROOT);
        request.configureExecutionInput((input, builder) -> builder.graphQLContext(context -> {
                    context.put(Caller.class, caller);
                    context.put(ParserOptions.class, DocumentLimits.PARSER);
                    if (connection != null) {
                        context.put(LiveConnection.class, connection);
                    }
                })
                .build());
        return service.execute(request)
                .map(response -> response.getExecutionResult())
                .onErrorResume(failure -> Mono.fromSupplier(() -> ExecutionResultImpl.newExecutionResult()
                        .addError(ErrorResults.of(failure, null, null))
                        .build()))
                .contextWrite(context -> ContextPropagationHelper.saveInstance(NO_THREAD_LOCALS, context));
    }

    static ProblemException notStreaming() {
        return ProblemType.INVALID_REQUEST.forField(
                "query", "Subscriptions are served over WebSocket, or with Accept: text/event-stream.");
    }
}
