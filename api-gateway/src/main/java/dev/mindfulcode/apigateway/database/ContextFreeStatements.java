package dev.mindfulcode.apigateway.database;

import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import io.r2dbc.spi.Statement;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.springframework.r2dbc.core.ExecuteFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Executes statements with an empty Reactor context. With the context of a request, Reactor would set the thread locals
 * of security and observation again for each row that the driver reads, and nothing here uses them.
 */
final class ContextFreeStatements implements ExecuteFunction {

    @Override
    public Publisher<? extends Result> execute(Statement statement) {
        return Flux.from(statement.execute()).map(ContextFreeResult::new).contextWrite(_ -> Context.empty());
    }

    private record ContextFreeResult(Result result) implements Result {

        @Override
        public Publisher<Long> getRowsUpdated() {
            return Mono.from(result.getRowsUpdated()).contextWrite(_ -> Context.empty());
        }

        @Override
        public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
            return Flux.<T>from(result.map(mapping)).contextWrite(_ -> Context.empty());
        }

        @Override
        public Result filter(Predicate<Segment> filter) {
            return new ContextFreeResult(result.filter(filter));
        }

        @Override
        public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
            return Flux.<T>from(result.flatMap(mapping)).contextWrite(_ -> Context.empty());
        }
    }
}
