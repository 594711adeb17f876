package dev.mindfulcode.apigateway.http;

import io.r2dbc.spi.R2dbcException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.r2dbc.BadSqlGrammarException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

/**
 * Turns whatever went wrong into a problem document. Nothing of the inside gets out: no message, no class, no stack
 * trace.
 */
@Order(-2)
public final class Problems implements WebExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private static final int LOGGED_FRAMES_MAX = 12;
    private static final int RETRY_AFTER_SECONDS = 2;

    /**
     * Postgres: undefined_table and invalid_schema_name. The read model is made by another service, which may start
     * later.
     */
    private static final String UNDEFINED_TABLE = "42P01";

    private static final String UNDEFINED_SCHEMA = "3F000";

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        if (exchange.getResponse().isCommitted() || failure instanceof AbortedException) {
            return Mono.error(failure);
        }
        return write(exchange, problemOf(failure));
    }

    /** Writes a refusal as the answer. */
    public static Mono<Void> write(ServerWebExchange exchange, ProblemException problem) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(problem.type().status()));
        HttpHeaders headers = response.getHeaders();
        boolean isGraphQl = GraphQlErrors.isGraphQl(exchange.getRequest());
        headers.setContentType(
                isGraphQl ? GraphQlErrors.typeFor(exchange.getRequest()) : MediaType.APPLICATION_PROBLEM_JSON);
        headers.setCacheControl("no-store");
        if (problem.type().status() == 401) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
        }
        byte[] document = Json.bytes(isGraphQl ? GraphQlErrors.body(problem) : problem.document());
        headers.setContentLength(document.length);
        DataBuffer body = response.bufferFactory().wrap(document);
        return response.writeWith(Mono.just(body));
    }

    /** What to tell of a failure. One that is nobody's fault but ours is logged here. */
    public static ProblemException problemOf(Throwable failure) {
        return switch (failure) {
            case ProblemException problem -> problem;
            case ErrorResponse answer
            when answer.getStatusCode().is4xxClientError() -> {
                ProblemType type = ProblemType.ofStatus(answer.getStatusCode().value());
                yield type.because(type.title() + ".");
            }
            case DataAccessResourceFailureException e -> databaseAway(e);
            case CannotCreateTransactionException e -> databaseAway(e);
            case QueryTimeoutException e -> databaseAway(e);
            case TransientDataAccessException e -> databaseAway(e);
            case BadSqlGrammarException e when isMissingTable(e) -> databaseAway(e);
            default -> {
                LOG.error("A request failed: {}", trace(failure));
                yield ProblemType.INTERNAL.because("The failure has been logged.");
            }
        };
    }

    private static boolean isMissingTable(BadSqlGrammarException e) {
        String state =
                e.getR2dbcException() == null ? null : e.getR2dbcException().getSqlState();
        return UNDEFINED_TABLE.equals(state) || UNDEFINED_SCHEMA.equals(state);
    }

    private static ProblemException databaseAway(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        LOG.warn(
                "Database unavailable: cause={}, sqlState={}",
                cause.getClass().getSimpleName(),
                cause instanceof R2dbcException database ? database.getSqlState() : null);
        return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "The database does not answer.");
    }

    /** Classes and places without messages, which may quote what a user sent. */
    private static String trace(Throwable failure) {
        StringBuilder trace = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            trace.append(trace.isEmpty() ? "" : " because of ")
                    .append(e.getClass().getName())
                    .append(Arrays.stream(e.getStackTrace())
                            .limit(LOGGED_FRAMES_MAX)
                            .map(frame -> System.lineSeparator() + "    at " + frame)
                            .collect(Collectors.joining()));
        }
        return trace.toString();
    }
}
