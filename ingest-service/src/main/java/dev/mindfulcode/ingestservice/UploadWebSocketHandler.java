package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Handles WebSockets whose messages are uploads, text for JSON and binary for Avro. The answer to each batch is
 * {@code {"type": "ack", "sequence": …, "session_id": …, "batch_id": …, "read_after": …}} once Kafka has it, or
 * {@code {"type": "error", "index": …, "problem": …, …}}; a rejected message gets one error. Messages go to Kafka, and
 * answers to the client, in the order of arrival. Thread-safe.
 */
final class UploadWebSocketHandler {

    /** A connection with this many unanswered messages is not read until some are answered. */
    static final int MESSAGES_IN_FLIGHT_MAX = 16;

    /** A connection is closed once it was idle for this long: unread data would reset it and drop its answers. */
    private static final Duration IDLE_INTERVAL = Duration.ofMillis(100);

    /** Closes a connection whose client keeps sending. */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private static final String MESSAGE = "MESSAGE";

    /** As for the same upload over HTTP. */
    private static final int ACKNOWLEDGED = 202;

    private final UploadReaders readers;
    private final UploadPipeline pipeline;
    private final InFlightBytes inFlight;
    private final IngestMetrics metrics;
    private final Tracing tracing;
    private final Clock clock;

    UploadWebSocketHandler(
            UploadReaders readers,
            UploadPipeline pipeline,
            InFlightBytes inFlight,
            IngestMetrics metrics,
            Tracing tracing,
            Clock clock) {
        this.readers = readers;
        this.pipeline = pipeline;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.tracing = tracing;
        this.clock = clock;
    }

    /** @param ending emits when and why the server closes it; messages received by then are still answered */
    Mono<Void> run(WebSocketSession session, Identity caller, Mono<CloseStatus> ending) {
        Activity activity = new Activity();
        Flux<WebSocketMessage> answers = session.receive()
                .filter(UploadWebSocketHandler::isUpload)
                .map(message -> {
                    activity.received();
                    return received(message);
                })
                .concatMap(received -> submit(caller, received), 1)
                .flatMapSequential(UploadWebSocketHandler::acknowledged, MESSAGES_IN_FLIGHT_MAX, 1)
                .concatMapIterable(texts -> {
                    activity.answered();
                    return texts;
                })
                .map(session::textMessage);
        // The receiving side is never cancelled: Netty would close at once and drop pending answers.
        Mono<Void> closing = ending.flatMap(why -> Flux.interval(IDLE_INTERVAL)
                .filter(tick -> activity.isIdle())
                .next()
                .timeout(CLOSE_TIMEOUT, Mono.empty())
                // Closing is not cancelled when the other side completes: Netty would drop the close frame.
                .then(Mono.defer(() -> Mono.fromFuture(session.close(why).toFuture(), true))));
        return Mono.firstWithSignal(session.send(answers), closing);
    }

    private static boolean isUpload(WebSocketMessage message) {
        return message.getType() == WebSocketMessage.Type.TEXT || message.getType() == WebSocketMessage.Type.BINARY;
    }

    /** Copies a message, because Netty reuses its buffer. */
    private Received received(WebSocketMessage message) {
        InFlightBytes.Reservation reservation = inFlight.newReservation();
        DataBuffer payload = message.getPayload();
        int length = payload.readableByteCount();
        UploadReader reader = message.getType() == WebSocketMessage.Type.TEXT ? readers.json() : readers.avro();
        try {
            reservation.grow(length);
        } catch (ProblemException problem) {
            return new Received(new ReceivedUpload(reader, false, new byte[0], 0, 0), reservation, problem);
        }
        byte[] bytes = new byte[length];
        payload.read(bytes);
        return new Received(new ReceivedUpload(reader, false, bytes, length, clock.millis()), reservation, null);
    }

    /** Completes when the producer has the message, so that Kafka gets the next one after it. */
    private Mono<CompletableFuture<List<String>>> submit(Identity caller, Received received) {
        CompletableFuture<CompletableFuture<List<String>>> submitted = received.problem() != null
                ? CompletableFuture.failedFuture(received.problem())
                : submitTraced(caller, received)
                        .thenApply(acknowledged ->
                                acknowledged.thenApply(UploadResult::messages).exceptionally(this::error));
        return Mono.fromFuture(submitted, true)
                .onErrorResume(failure -> Mono.just(CompletableFuture.completedFuture(error(failure))));
    }

    /** A message is a request of its own: its span ends with its acknowledgement. */
    private CompletableFuture<CompletableFuture<UploadResult>> submitTraced(Identity caller, Received received) {
        TraceSpan span = tracing.request(MESSAGE);
        CompletableFuture<CompletableFuture<UploadResult>> submitted =
                pipeline.submit(caller.userId(), received.upload(), received.reservation(), span);
        if (span.isTraced()) {
            submitted.thenCompose(acknowledged -> acknowledged).whenComplete((result, failure) -> {
                if (failure == null) {
                    span.respond(IngestEndpoints.WEB_SOCKET.path(), ACKNOWLEDGED);
                } else {
                    span.fail(failure);
                }
            });
        }
        return submitted;
    }

    private static Mono<List<String>> acknowledged(CompletableFuture<List<String>> answers) {
        return Mono.fromFuture(answers, true);
    }

    private List<String> error(Throwable failure) {
        ProblemException problem = UploadProblems.from(failure);
        metrics.refused(problem.type());
        return List.of(UploadProblems.message(problem));
    }

    /** Counts messages and answers of a connection. Updated by its event loop and Kafka's thread, read by a third. */
    private static final class Activity {

        private final AtomicInteger unanswered = new AtomicInteger();
        private final AtomicLong messages = new AtomicLong();
        private long messagesAtLastCheck = -1;

        void received() {
            messages.incrementAndGet();
            unanswered.incrementAndGet();
        }

        void answered() {
            unanswered.decrementAndGet();
        }

        /** Returns whether all messages are answered and none has arrived since the previous call. */
        boolean isIdle() {
            long before = messagesAtLastCheck;
            messagesAtLastCheck = messages.get();
            return before == messagesAtLastCheck && unanswered.get() == 0;
        }
    }

    /** @param problem why the message was not read; null if it was */
    private record Received(
            ReceivedUpload upload,
            InFlightBytes.Reservation reservation,
            @Nullable ProblemException problem) {}
}
