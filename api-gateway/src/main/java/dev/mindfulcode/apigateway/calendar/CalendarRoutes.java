package dev.mindfulcode.apigateway.calendar;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.TimeRange;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/calendar} and {@code /api/calendar.ics}. Calendar programs cannot sign in, so the feed's address contains
 * a secret: as a parameter, which no access log has.
 */
final class CalendarRoutes {

    private static final String FEED_PATH = "/api/calendar.ics";
    private static final String KEY = "key";
    private static final MediaType CALENDAR = new MediaType("text", "calendar", StandardCharsets.UTF_8);

    private static final Duration FLOW_RANGE = Duration.ofDays(28);
    private static final int COMING_DAYS = 14;

    /** Of the calendar's id in its entries; reveals nothing about the key. */
    private static final int ID_BYTES = 8;

    private final CalendarFeeds feeds;
    private final FlowHistory history;
    private final TimeRangeQueries ranges;
    private final Clock clock;

    CalendarRoutes(CalendarFeeds feeds, FlowHistory history, TimeRangeQueries ranges, Clock clock) {
        this.feeds = feeds;
        this.history = history;
        this.ranges = ranges;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.post("/api/calendar"), this::create)
                .add(Endpoint.get("/api/calendar"), this::read)
                .add(Endpoint.delete("/api/calendar"), this::remove)
                .add(Endpoint.get(FEED_PATH).access(Access.PUBLIC).problems(ProblemType.NOT_FOUND), this::feed);
    }

    private Mono<ServerResponse> create(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> feeds.create(caller.userId()))
                .map(feed -> new NewFeed(FEED_PATH + "?" + KEY + "=" + feed.key(), feed.createdAt()))
                .flatMap(feed ->
                        JsonResponses.json(ServerResponse.status(201).header("Cache-Control", "no-store"), feed));
    }

    private Mono<ServerResponse> read(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller ->
                        feeds.createdAt(caller.userId()).map(Feed::new).defaultIfEmpty(new Feed(null)))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> feeds.remove(caller.userId()))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> feed(ServerRequest request) {
        String key = RequestParameters.text(request, KEY);
        return (key == null ? Mono.<UUID>empty() : feeds.user(key))
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail("There is no such calendar.")))
                .flatMap(this::events)
                .flatMap(events -> ServerResponse.ok()
                        .contentType(CALENDAR)
                        .header("Cache-Control", "private, max-age=900")
                        .bodyValue(ICalendar.write(id(key == null ? "" : key), events, clock.instant())));
    }

    /** Emits flow periods that have ended, and the best hours of the coming weekdays once they are known. */
    private Mono<List<CalendarEvent>> events(UUID userId) {
        Instant now = clock.instant();
        return ranges.periods(userId, new TimeRange(now.minus(FLOW_RANGE), now))
                .flatMap(periods -> history.bestHours(userId).map(best -> {
                    List<CalendarEvent> events = new ArrayList<>();
                    for (TimeRangeQueries.Period period : periods) {
                        Instant endedAt = period.endedAt();
                        if (endedAt != null) {
                            events.add(CalendarEvent.inFlow(
                                    period.startedAt().toEpochMilli() + "-" + period.sessionId(),
                                    period.startedAt(),
                                    endedAt));
                        }
                    }
                    events.addAll(CalendarEvent.bestHours(
                            best.zone(), best.hours(), LocalDate.ofInstant(now, best.zone()), COMING_DAYS));
                    return events;
                }));
    }

    private static String id(String key) {
        return HexFormat.of().formatHex(CredentialHash.of(key).bytes(), 0, ID_BYTES);
    }

    /** @param address relative to the origin; shown in this response only */
    private record NewFeed(String address, Instant createdAt) {
        @Override
        public String toString() {
            return "NewFeed";
        }
    }

    /** @param createdAt null without a feed */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private record Feed(@Nullable Instant createdAt) {}
}
