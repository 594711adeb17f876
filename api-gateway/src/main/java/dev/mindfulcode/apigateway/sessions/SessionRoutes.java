package dev.mindfulcode.apigateway.sessions;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.database.Replica;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/sessions}. */
final class SessionRoutes {

    private static final int PAGE_SIZE_DEFAULT = 50;
    private static final int PAGE_SIZE_MAX = 200;

    private static final String[] CORRECTABLE = {"started_at", "ended_at", "project", "language", "editor"};

    /** Fields that are computed from batches. Clients cannot set them, as two counts could contradict each other. */
    private static final List<String> COMPUTED_FIELDS = List.of(
            "keystrokes",
            "errors",
            "files_modified",
            "context_switches",
            "interruptions",
            "active_ms",
            "flow_ms",
            "duration_ms",
            "mean_intensity");

    /** Timeout of the wait for earlier events of a session before the response to a command. */
    private static final Duration PROJECTION_TIMEOUT = Duration.ofMillis(500);

    private final Sessions sessions;
    private final SessionQueries reads;
    private final ProjectionProgress progress;
    private final SecureRandom random;
    private final Clock clock;

    SessionRoutes(
            Sessions sessions, SessionQueries reads, ProjectionProgress progress, SecureRandom random, Clock clock) {
        this.sessions = sessions;
        this.reads = reads;
        this.progress = progress;
        this.random = random;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/sessions/start")
                                .access(Access.USER_OR_INGEST_KEY)
                                .idempotent()
                                .problems(ProblemType.SESSION_ID_TAKEN, ProblemType.NOT_COLLECTED),
                        this::start)
                .add(
                        Endpoint.get("/api/sessions/history")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::history)
                .add(
                        Endpoint.get("/api/sessions/current")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::current)
                .add(
                        Endpoint.get("/api/sessions/{id}")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::get)
                .add(Endpoint.patch("/api/sessions/{id}").problems(ProblemType.NOT_COLLECTED), this::correct)
                .add(Endpoint.delete("/api/sessions/{id}"), this::delete)
                .add(
                        Endpoint.put("/api/sessions/{id}/update")
                                .access(Access.USER_OR_INGEST_KEY)
                                .problems(ProblemType.NOT_COLLECTED),
                        request -> command(request, SessionCommand.UPDATE))
                .add(
                        Endpoint.post("/api/sessions/{id}/pause")
                                .access(Access.USER_OR_INGEST_KEY)
                                .idempotent()
                                .problems(ProblemType.SESSION_ENDED, ProblemType.NOT_COLLECTED),
                        request -> command(request, SessionCommand.PAUSE))
                .add(
                        Endpoint.post("/api/sessions/{id}/resume")
                                .access(Access.USER_OR_INGEST_KEY)
                                .idempotent()
                                .problems(ProblemType.SESSION_ENDED, ProblemType.NOT_COLLECTED),
                        request -> command(request, SessionCommand.RESUME))
                .add(
                        Endpoint.post("/api/sessions/{id}/end")
                                .access(Access.USER_OR_INGEST_KEY)
                                .idempotent(),
                        request -> command(request, SessionCommand.END));
    }

    private Mono<ServerResponse> start(ServerRequest request) {
        return Caller.orApiKey(request)
                .flatMap(caller -> RequestBodies.objectOrNothing(
                                request, "session_id", "started_at", "project", "language", "editor")
                        .flatMap(body -> {
                            UUID brought = body.uuid("session_id");
                            UUID sessionId = brought == null ? Uuids.version7(clock.millis(), random) : brought;
                            return sessions.start(
                                    caller.userId(), sessionId, DetailsUpdate.read(body), body.time("started_at"));
                        })
                        .flatMap(started -> {
                            OwnedSession claim = started.claim();
                            return JsonResponses.json(
                                    answer(started.created() ? 201 : 200, claim),
                                    new StartedSession(claim.sessionId(), claim.startedAt()));
                        }));
    }

    private Mono<ServerResponse> command(ServerRequest request, SessionCommand command) {
        return Caller.orApiKey(request)
                .flatMap(caller -> RequestBodies.objectOrNothing(request, body -> checked(body, command))
                        .flatMap(body -> {
                            UUID sessionId = RequestParameters.pathId(request, "id");
                            DetailsUpdate details =
                                    command == SessionCommand.UPDATE ? DetailsUpdate.read(body) : DetailsUpdate.NONE;
                            Instant at = body.time(command == SessionCommand.END ? "ended_at" : "at");
                            return sessions.command(caller.userId(), sessionId, command, details, at)
                                    .flatMap(done -> latest(done.before())
                                            .map(session -> session.withCommand(
                                                    done.after(), command, details, clock.instant()))
                                            .flatMap(
                                                    session -> JsonResponses.json(answer(200, done.after()), session)));
                        }));
    }

    private static JsonFields checked(JsonFields body, SessionCommand command) {
        body.none(COMPUTED_FIELDS, "Computed from what POST /api/keystrokes receives; it cannot be set.");
        return switch (command) {
            case UPDATE -> body.only("project", "language", "editor", "at");
            case END -> body.only("ended_at");
            case PAUSE, RESUME, CORRECT, DELETE -> body.only("at");
        };
    }

    private Mono<ServerResponse> correct(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, CORRECTABLE).flatMap(body -> {
                    UUID sessionId = RequestParameters.pathId(request, "id");
                    SessionCorrection correction = SessionCorrection.read(body, clock.instant());
                    DetailsUpdate details = DetailsUpdate.read(body);
                    if (correction.isEmpty() && details.isEmpty()) {
                        throw ProblemType.INVALID_REQUEST.withDetail(
                                "No correction; send started_at, ended_at, project, language or editor.");
                    }
                    return checkActivity(caller.userId(), sessionId, correction)
                            .then(Mono.defer(() -> sessions.correct(caller.userId(), sessionId, correction, details)))
                            .flatMap(done -> latest(done.before())
                                    .map(session -> session.withCommand(
                                            done.after(), SessionCommand.CORRECT, details, clock.instant()))
                                    .flatMap(session -> JsonResponses.json(answer(200, done.after()), session)));
                }));
    }

    /** Rejects a correction that would exclude keystrokes in the read model. */
    private Mono<Void> checkActivity(UUID userId, UUID sessionId, SessionCorrection correction) {
        return correction.movesTimes()
                ? reads.find(userId, sessionId, clock.instant())
                        .doOnNext(session -> correction.check(session.activity()))
                        .then()
                : Mono.empty();
    }

    private Mono<ServerResponse> delete(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            UUID sessionId = RequestParameters.pathId(request, "id");
            return sessions.command(caller.userId(), sessionId, SessionCommand.DELETE, DetailsUpdate.NONE, null)
                    .flatMap(done -> answer(204, done.after()).build());
        });
    }

    /** Emits the session with all earlier events, unless the read model is far behind. */
    private Mono<Session> latest(OwnedSession claim) {
        LogPosition earlier = claim.latest();
        Mono<Void> caughtUp = earlier == null
                ? Mono.empty()
                : progress.await(earlier, PROJECTION_TIMEOUT).onErrorResume(TimeoutException.class, e -> Mono.empty());
        return caughtUp.then(Mono.defer(() -> found(claim)));
    }

    private Mono<Session> found(OwnedSession claim) {
        return reads.find(claim.userId(), claim.sessionId(), clock.instant())
                .switchIfEmpty(Mono.fromSupplier(() -> Session.notYetProjected(claim, clock.instant())));
    }

    /** Reads the primary: a session that was just started exists, one that was just deleted does not. */
    private Mono<ServerResponse> get(ServerRequest request) {
        return Caller.orApiKey(request).flatMap(caller -> {
            UUID sessionId = RequestParameters.pathId(request, "id");
            return reads.find(caller.userId(), sessionId, clock.instant())
                    .switchIfEmpty(Mono.defer(() -> sessions.find(caller.userId(), sessionId)
                            .map(claim -> Session.notYetProjected(claim, clock.instant()))))
                    .contextWrite(Replica::refuse)
                    .flatMap(JsonResponses::ok);
        });
    }

    private Mono<ServerResponse> history(ServerRequest request) {
        return Caller.orApiKey(request).flatMap(caller -> {
            int limit = RequestParameters.integer(request, "limit", PAGE_SIZE_DEFAULT, 1, PAGE_SIZE_MAX);
            HistoryFilter filter = new HistoryFilter(
                    RequestParameters.time(request, "from"),
                    RequestParameters.time(request, "to"),
                    RequestParameters.text(request, "project", HistoryFilter.NAME_LENGTH_MAX),
                    RequestParameters.text(request, "language", HistoryFilter.NAME_LENGTH_MAX),
                    status(request));
            HistoryCursor after = cursor(request);
            return reads.page(caller.userId(), filter, after, limit + 1, clock.instant())
                    .flatMap(page -> JsonResponses.ok(History.of(page, limit)));
        });
    }

    private Mono<ServerResponse> current(ServerRequest request) {
        return Caller.orApiKey(request)
                .flatMap(caller -> reads.current(caller.userId(), clock.instant())
                        .flatMap(sessions -> JsonResponses.ok(new Current(sessions))));
    }

    private static @Nullable SessionLifecycle status(ServerRequest request) {
        String text = RequestParameters.text(request, "status");
        return text == null
                ? null
                : Arrays.stream(SessionLifecycle.values())
                        .filter(status -> status != SessionLifecycle.DELETED
                                && status.text().equals(text))
                        .findFirst()
                        .orElseThrow(() ->
                                ProblemType.INVALID_REQUEST.forField("status", "Must be active, paused or ended."));
    }

    private static @Nullable HistoryCursor cursor(ServerRequest request) {
        String text = RequestParameters.text(request, "cursor");
        HistoryCursor cursor = text == null ? null : HistoryCursor.parse(text);
        if (text != null && cursor == null) {
            throw ProblemType.INVALID_REQUEST.forField("cursor", "Send next_cursor of the previous page.");
        }
        return cursor;
    }

    private static ServerResponse.BodyBuilder answer(int status, OwnedSession claim) {
        ServerResponse.BodyBuilder answer = ServerResponse.status(status);
        LogPosition latest = claim.latest();
        return latest == null ? answer : answer.header(ReadAfter.HEADER, ReadAfter.token(latest));
    }

    private record StartedSession(UUID sessionId, Instant startedAt) {}

    private record Current(List<Session> sessions) {}

    /** @param nextCursor null on the last page */
    private record History(
            List<Session> sessions,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String nextCursor) {

        /** @param page one more than the limit if there is a next page */
        static History of(List<Session> page, int limit) {
            if (page.size() <= limit) {
                return new History(page, null);
            }
            List<Session> shown = page.subList(0, limit);
            Session last = shown.getLast();
            return new History(shown, new HistoryCursor(last.startedAt(), last.sessionId()).text());
        }
    }
}
