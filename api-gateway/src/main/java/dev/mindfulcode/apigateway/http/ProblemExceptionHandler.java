package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.CorrelationId;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemResponses;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.R2dbcException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.r2dbc.BadSqlGrammarException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/** Turns failures into problem documents, without messages, class names or stack traces. */
@Order(-2)
public final class ProblemExceptionHandler implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemExceptionHandler.class);

    private static final int LOGGED_FRAMES_MAX = 12;
    private static final int RETRY_AFTER_SECONDS = 2;

    /**
     * Postgres: undefined_table and invalid_schema_name. Another service creates the read model and may start later.
     */
    private static final String UNDEFINED_TABLE = "42P01";

    private static final String UNDEFINED_SCHEMA = "3F000";

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        if (exchange.getResponse().isCommitted() || failure instanceof AbortedException) {
            return Mono.error(failure);
        }
        ProblemException problem = failure instanceof ProblemException known
                ? known
                : CorrelationId.log(
                        exchange.getRequest().getHeaders(),
                        exchange.getResponse().getHeaders(),
                        () -> toProblem(failure));
        return write(exchange, problem);
    }

    /** Writes a problem in the form that the request's protocol has for it. */
    public static Mono<Void> write(ServerWebExchange exchange, ProblemException problem) {
        ServerHttpRequest request = exchange.getRequest();
        return GraphQlErrors.isGraphQl(request)
                ? ProblemResponses.write(
                        exchange.getResponse(),
                        problem,
                        GraphQlErrors.typeFor(request),
                        Json.bytes(GraphQlErrors.body(problem)))
                : ProblemResponses.write(exchange.getResponse(), problem);
    }

    /** Returns the problem that a failure amounts to. An unexpected failure is logged. */
    public static ProblemException toProblem(Throwable failure) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case ErrorResponse answer
            when answer.getStatusCode().is4xxClientError() -> {
                ProblemType type = ProblemType.ofStatus(answer.getStatusCode().value());
                yield type.withDetail(type.title() + ".");
            }
            case DataAccessResourceFailureException e -> databaseUnavailable(e);
            case CannotCreateTransactionException e -> databaseUnavailable(e);
            case QueryTimeoutException e -> databaseUnavailable(e);
            case TransientDataAccessException e -> databaseUnavailable(e);
            case BadSqlGrammarException e when isMissingTable(e) -> databaseUnavailable(e);
            default -> {
                log.error("Request failed: error={}", trace(failure));
                yield ProblemType.INTERNAL_ERROR.withDetail(
                        "The server failed to handle the request; the failure is in its log.");
            }
        };
    }

    private static boolean isMissingTable(BadSqlGrammarException e) {
        String state =
                e.getR2dbcException() == null ? null : e.getR2dbcException().getSqlState();
        return UNDEFINED_TABLE.equals(state) || UNDEFINED_SCHEMA.equals(state);
    }

    private static ProblemException databaseUnavailable(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        log.warn(
                "Database unavailable: cause={}, sqlState={}",
                cause.getClass().getSimpleName(),
                cause instanceof R2dbcException database ? database.getSqlState() : null);
        return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable.");
    }

    /** Returns classes and stack frames without messages, which may quote personal text. */
    private static String trace(Throwable failure) {
        StringBuilder trace = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            trace.append(trace.isEmpty() ? "" : " caused by ")
                    .append(e.getClass().getName())
                    .append(Arrays.stream(e.getStackTrace())
                            .limit(LOGGED_FRAMES_MAX)
                            .map(frame -> System.lineSeparator() + "    at " + frame)
                            .collect(Collectors.joining()));
        }
        return trace.toString();
    }
}
