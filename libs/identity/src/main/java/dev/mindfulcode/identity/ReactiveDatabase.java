package dev.mindfulcode.identity;

import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** A service's reactive connection pool, over which this library reads and writes the schema {@code identity}. */
public interface ReactiveDatabase {

    /** Returns a statement with named parameters such as {@code :user}. */
    GenericExecuteSpec sql(String statement);

    /** Runs all statements of {@code work} in one transaction, which is rolled back when the work fails. */
    <T> Mono<T> inTransaction(Mono<T> work);
}
