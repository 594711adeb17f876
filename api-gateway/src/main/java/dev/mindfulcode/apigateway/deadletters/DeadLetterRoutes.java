package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.apigateway.deadletters.DeadLetterRedrive.LetterState;
import dev.mindfulcode.apigateway.deadletters.DeadLetterRedrive.State;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/admin/dead-letters}: lists and shows dead letters without key and value, which are a user's, and redrives
 * them.
 */
final class DeadLetterRoutes {

    private static final String PATH = "/api/admin/dead-letters";

    static final int PAGE_MAX = 200;
    private static final int PAGE_DEFAULT = 50;

    /** Letters redriven by one request: two statements each, within the timeout of a request. */
    private static final int STEP_MAX = 100;

    private static final int CURSOR_LENGTH_MAX = 64;

    private final DeadLetterTopic topic;
    private final DeadLetterRedrive redrive;
    private final Clock clock;

    DeadLetterRoutes(DeadLetterTopic topic, DeadLetterRedrive redrive, Clock clock) {
        this.topic = topic;
        this.redrive = redrive;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get(PATH).access(Access.OPERATOR), this::list)
                .add(
                        Endpoint.get(PATH + "/{id}").access(Access.OPERATOR).problems(ProblemType.NOT_FOUND),
                        request -> found(request)
                                .flatMap(letter -> redrive.states(List.of(letter)))
                                .flatMap(states -> JsonResponses.ok(Letter.of(states.getFirst()))))
                .add(
                        Endpoint.post(PATH + "/{id}/redrive")
                                .access(Access.OPERATOR)
                                .problems(
                                        ProblemType.NOT_FOUND, ProblemType.NOT_REDRIVABLE, ProblemType.ACCOUNT_ERASED),
                        request -> found(request)
                                .flatMap(letter -> redrive.redrive(List.of(letter)))
                                .flatMap(done -> JsonResponses.ok(Outcome.of(done.getFirst()))))
                .add(Endpoint.post(PATH + "/redrive").access(Access.OPERATOR), this::redriveNext);
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        DeadLetterFilter filter = new DeadLetterFilter(
                RequestParameters.text(request, "component", DeadLetterFilter.LENGTH_MAX),
                RequestParameters.text(request, "topic", DeadLetterFilter.LENGTH_MAX),
                RequestParameters.text(request, "reason", DeadLetterFilter.LENGTH_MAX));
        int limit = RequestParameters.integer(request, "limit", PAGE_DEFAULT, 1, PAGE_MAX);
        String cursor = RequestParameters.text(request, "cursor");
        DeadLetterId after = cursor == null ? DeadLetterId.START : DeadLetterId.parse(cursor);
        if (after == null) {
            throw ProblemType.INVALID_REQUEST.forField("cursor", "Send next_cursor of the previous page.");
        }
        return topic.after(after, filter, limit)
                .flatMap(page -> redrive.states(page.letters())
                        .flatMap(states -> JsonResponses.ok(
                                new Letters(states.stream().map(Letter::of).toList(), text(page.next())))));
    }

    private Mono<StoredDeadLetter> found(ServerRequest request) {
        DeadLetterId id = DeadLetterId.parse(request.pathVariable("id"));
        return Mono.justOrEmpty(id)
                .flatMap(topic::find)
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail("There is no such dead letter.")));
    }

    private Mono<ServerResponse> redriveNext(ServerRequest request) {
        return RequestBodies.objectOrNothing(request, "component", "topic", "reason", "cursor")
                .flatMap(body -> {
                    DeadLetterFilter filter = new DeadLetterFilter(
                            body.text("component", DeadLetterFilter.LENGTH_MAX),
                            body.text("topic", DeadLetterFilter.LENGTH_MAX),
                            body.text("reason", DeadLetterFilter.LENGTH_MAX));
                    RunCursor run = runCursor(body);
                    return topic.after(run.after(), filter, STEP_MAX).flatMap(page -> step(page, run));
                })
                .flatMap(JsonResponses::ok);
    }

    private RunCursor runCursor(JsonFields body) {
        String text = body.text("cursor", CURSOR_LENGTH_MAX);
        RunCursor run = text == null ? new RunCursor(DeadLetterId.START, clock.instant()) : RunCursor.parse(text);
        if (run == null) {
            throw body.invalid("cursor", "Send the cursor of the previous answer, or none to begin.");
        }
        return run;
    }

    private Mono<Step> step(DeadLetterTopic.Page page, RunCursor run) {
        List<StoredDeadLetter> before = new ArrayList<>();
        for (StoredDeadLetter letter : page.letters()) {
            if (!letter.storedAt().isAfter(run.startedAt())) {
                before.add(letter);
            }
        }
        int newer = page.letters().size() - before.size();
        DeadLetterId next = page.next();
        String cursor = next == null ? null : new RunCursor(next, run.startedAt()).text();
        return redrive.redrive(before).map(done -> Step.of(done, newer, cursor));
    }

    /**
     * The position of a run over many requests.
     *
     * @param startedAt letters that were stored later are left alone, or a run would redrive without end what is
     *     rejected again
     */
    record RunCursor(DeadLetterId after, Instant startedAt) {

        String text() {
            return after + "-" + startedAt.toEpochMilli();
        }

        static @Nullable RunCursor parse(String text) {
            int end = text.lastIndexOf('-');
            DeadLetterId after = end < 0 ? null : DeadLetterId.parse(text.substring(0, end));
            if (after == null || !text.substring(end + 1).matches("\\d{1,15}")) {
                return null;
            }
            return new RunCursor(after, Instant.ofEpochMilli(Long.parseLong(text, end + 1, text.length(), 10)));
        }
    }

    private static @Nullable String text(@Nullable DeadLetterId id) {
        return id == null ? null : id.toString();
    }

    private record Letters(List<Letter> letters, @Nullable String nextCursor) {}

    /**
     * A letter without what is a user's.
     *
     * @param obstacle why it cannot be redriven; null if it can, or could
     */
    private record Letter(
            String id,
            String component,
            String topic,
            int partition,
            long offset,
            String reason,
            Instant failedAt,
            @Nullable Integer valueBytes,
            String state,
            @Nullable String obstacle) {

        static Letter of(LetterState one) {
            StoredDeadLetter letter = one.letter();
            byte[] value = letter.value();
            return new Letter(
                    letter.id().toString(),
                    letter.component(),
                    letter.topic(),
                    letter.letter().getPartition(),
                    letter.letter().getOffset(),
                    letter.reason(),
                    letter.letter().getFailedAt(),
                    value == null ? null : value.length,
                    one.state().name().toLowerCase(Locale.ROOT),
                    letter.obstacle());
        }
    }

    private record Outcome(String id, boolean redrivenBefore) {

        static Outcome of(LetterState done) {
            StoredDeadLetter letter = done.letter();
            return switch (done.state()) {
                case OPEN -> new Outcome(letter.id().toString(), false);
                case REDRIVEN -> new Outcome(letter.id().toString(), true);
                case ERASED ->
                    throw ProblemType.ACCOUNT_ERASED.withDetail("The user of this record was erased; it is noise.");
                case NOT_REDRIVABLE -> throw ProblemType.NOT_REDRIVABLE.withDetail(String.valueOf(letter.obstacle()));
            };
        }
    }

    private record Step(
            long redriven,
            long redrivenBefore,
            long erased,
            long notRedrivable,
            long newer,
            @Nullable String cursor) {

        static Step of(List<LetterState> done, int newer, @Nullable String cursor) {
            return new Step(
                    count(done, State.OPEN),
                    count(done, State.REDRIVEN),
                    count(done, State.ERASED),
                    count(done, State.NOT_REDRIVABLE),
                    newer,
                    cursor);
        }

        private static long count(List<LetterState> done, State state) {
            return done.stream().filter(one -> one.state() == state).count();
        }
    }
}
