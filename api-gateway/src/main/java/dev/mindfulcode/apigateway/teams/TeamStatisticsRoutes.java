package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.teams.TeamStatistics.Size;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/teams/{id}/analytics} and {@code /api/teams/{id}/insights}. */
final class TeamStatisticsRoutes {

    private static final int WINDOWS_DEFAULT = 200;
    private static final int WINDOWS_MAX = 500;
    private static final int WORD_LENGTH_MAX = 64;
    private static final int RECENT_DAYS_DEFAULT = 14;
    private static final String SIZES =
            Arrays.stream(Size.values()).map(Size::text).collect(Collectors.joining(", "));

    private final TeamStatistics statistics;
    private final Clock clock;

    TeamStatisticsRoutes(TeamStatistics figures, Clock clock) {
        this.statistics = figures;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/teams/{id}/analytics").problems(ProblemType.PLAN_NEEDED), this::windows)
                .add(Endpoint.get("/api/teams/{id}/insights").problems(ProblemType.PLAN_NEEDED), this::insights);
    }

    private Mono<ServerResponse> windows(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    Size size = size(request);
                    Instant to = to(request, size);
                    Instant from = from(request, size, to);
                    WindowCursor cursor = cursor(request);
                    return statistics.windows(
                            caller.userId(),
                            RequestParameters.pathId(request, "id"),
                            size,
                            cursor == null || cursor.start().isBefore(from) ? from : cursor.start(),
                            to,
                            RequestParameters.integer(request, "limit", WINDOWS_DEFAULT, 1, WINDOWS_MAX));
                })
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> insights(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> statistics.insights(
                        caller.userId(), RequestParameters.pathId(request, "id"), recentDays(request)))
                .flatMap(JsonResponses::ok);
    }

    private static Size size(ServerRequest request) {
        String text = RequestParameters.text(request, "size", WORD_LENGTH_MAX);
        Size size = text == null ? Size.DAY : Size.parse(text);
        if (size == null) {
            throw ProblemType.INVALID_REQUEST.forField("size", "One of these is expected: " + SIZES + ".");
        }
        return size;
    }

    /** Returns the requested end; with a start only, the longest range from it; else now. */
    private Instant to(ServerRequest request, Size size) {
        Instant to = RequestParameters.time(request, "to");
        if (to != null) {
            return to;
        }
        Instant from = RequestParameters.time(request, "from");
        Instant now = clock.instant();
        return from == null || from.plus(size.spanMax()).isAfter(now) && !from.isAfter(now)
                ? now
                : from.plus(size.spanMax());
    }

    private static Instant from(ServerRequest request, Size size, Instant to) {
        Instant from = RequestParameters.time(request, "from");
        if (from == null) {
            return to.minus(size.spanMax());
        }
        if (from.isAfter(to) || Duration.between(from, to).compareTo(size.spanMax()) > 0) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "from", "At most " + size.spanMax().toDays() + " days before `to` are allowed for this size.");
        }
        return from;
    }

    private static @Nullable WindowCursor cursor(ServerRequest request) {
        String text = RequestParameters.text(request, "cursor", WORD_LENGTH_MAX);
        WindowCursor cursor = text == null ? null : WindowCursor.parse(text);
        if (text != null && cursor == null) {
            throw ProblemType.INVALID_REQUEST.forField("cursor", "Send next_cursor of the previous page unchanged.");
        }
        return cursor;
    }

    private static int recentDays(ServerRequest request) {
        String text = RequestParameters.text(request, "window", WORD_LENGTH_MAX);
        if (text == null) {
            return RECENT_DAYS_DEFAULT;
        }
        return switch (text) {
            case "week" -> 7;
            case "two_weeks" -> 14;
            case "four_weeks" -> 28;
            default ->
                throw ProblemType.INVALID_REQUEST.forField(
                        "window", "One of these is expected: week, two_weeks, four_weeks.");
        };
    }
}
