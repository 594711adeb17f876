package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/patterns}, {@code /api/flow/insights} and {@code /api/flow/analytics}. */
final class InsightRoutes {

    private static final int DATE_LENGTH = 10;
    private static final int YEAR_MIN = 1970;
    private static final int YEAR_MAX = 9998;

    private final FlowHistory history;

    InsightRoutes(FlowHistory history) {
        this.history = history;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.get("/api/flow/patterns")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        request -> {
                            int days = days(request, FlowHistory.PATTERN_DAYS_DEFAULT);
                            return answer(request, userId -> history.patterns(userId, days));
                        })
                .add(
                        Endpoint.get("/api/flow/analytics")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::analytics)
                .add(
                        Endpoint.get("/api/flow/insights")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        request -> answer(request, history::insights));
    }

    private Mono<ServerResponse> analytics(ServerRequest request) {
        LocalDate from = date(request, "from");
        LocalDate to = date(request, "to");
        if (from == null && to == null) {
            int days = days(request, FlowHistory.ANALYTICS_DAYS_DEFAULT);
            return answer(request, userId -> history.analytics(userId, days));
        }
        if (from == null || to == null) {
            throw ProblemType.INVALID_REQUEST.forField(from == null ? "from" : "to", "Send both from and to.");
        }
        if (RequestParameters.text(request, "days") != null) {
            throw ProblemType.INVALID_REQUEST.forField("days", "Send days, or from and to.");
        }
        if (to.isBefore(from) || ChronoUnit.DAYS.between(from, to) >= FlowHistory.ANALYTICS_SPAN_DAYS_MAX) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "to",
                    "Must be at least " + from + " and at most "
                            + from.plusDays(FlowHistory.ANALYTICS_SPAN_DAYS_MAX - 1L) + ": "
                            + FlowHistory.ANALYTICS_SPAN_DAYS_MAX + " days.");
        }
        return answer(request, userId -> history.analytics(userId, from, to));
    }

    /** Returns a day of the years 1970 to 9998: both Postgres and Java can compute with it. */
    private static @Nullable LocalDate date(ServerRequest request, String name) {
        String text = RequestParameters.text(request, name);
        if (text == null) {
            return null;
        }
        try {
            LocalDate day = text.length() == DATE_LENGTH ? LocalDate.parse(text) : null;
            if (day != null && day.getYear() >= YEAR_MIN && day.getYear() <= YEAR_MAX) {
                return day;
            }
        } catch (DateTimeParseException e) {
            // As any other text.
        }
        throw ProblemType.INVALID_REQUEST.forField(
                name, "Must be a day such as 2026-01-31, from " + YEAR_MIN + " to " + YEAR_MAX + ".");
    }

    private static int days(ServerRequest request, int absent) {
        return RequestParameters.integer(request, "days", absent, 1, FlowHistory.DAYS_MAX);
    }

    private Mono<ServerResponse> answer(ServerRequest request, Function<UUID, Mono<?>> read) {
        return Caller.orApiKey(request)
                .flatMap(caller -> read.apply(caller.userId()))
                .flatMap(JsonResponses::ok);
    }
}
