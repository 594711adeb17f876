package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
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
 * What is said on one WebSocket: uploads as messages, text for JSON and binary for Avro. Each batch is answered
 * {@code {"type": "ack", "sequence": …, "session_id": …, "batch_id": …, "read_after": …}} when Kafka has it, or
 * {@code {"type": "error", "index": …, "problem": …, …}}, and each refused message with one error. Messages go to
 * Kafka, and answers to the client, in the order in which the messages came. Thread-safe.
 */
final class UploadWebSocketHandler {

    /** A connection with this many messages unanswered is not read from: TCP makes its client wait. */
    static final int MESSAGES_IN_FLIGHT_MAX = 16;

    /**
     * A connection is closed once it has been quiet for this long: what lies unread then would reset it, answers and
     * all.
     */
    private static final Duration IDLE_INTERVAL = Duration.ofMillis(100);

    /** ... or after this long, since a client may go on sending. */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final UploadReaders readers;
    private final UploadPipeline intake;
    private final InFlightBytes inFlight;
    private final IngestMetrics metrics;
    private final Clock clock;

    UploadWebSocketHandler(
            UploadReaders readers, UploadPipeline intake, InFlightBytes inFlight, IngestMetrics metrics, Clock clock) {
        this.readers = readers;
        this.intake = intake;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** @param ending tells when and why the server ends it; what was received by then is still answered */
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
        // The receiving side is never cancelled: Netty would close at once and drop the answers that are owed.
        Mono<Void> closing = ending.flatMap(why -> Flux.interval(IDLE_INTERVAL)
                .filter(tick -> activity.isOver())
                .next()
                .timeout(CLOSE_TIMEOUT, Mono.empty())
                // Once begun it is not cancelled, though it ends the other side: Netty would drop the frame that says
                // why.
                .then(Mono.defer(() -> Mono.fromFuture(session.close(why).toFuture(), true))));
        return Mono.firstWithSignal(session.send(answers), closing);
    }

    private static boolean isUpload(WebSocketMessage message) {
        return message.getType() == WebSocketMessage.Type.TEXT || message.getType() == WebSocketMessage.Type.BINARY;
    }

    /** Copies a message while it is there: Netty takes its buffer back. */
    private Received received(WebSocketMessage message) {
        InFlightBytes.Reservation share = inFlight.newReservation();
        DataBuffer payload = message.getPayload();
        int length = payload.readableByteCount();
        UploadReader reader = message.getType() == WebSocketMessage.Type.TEXT ? readers.json() : readers.avro();
        try {
            share.grow(length);
        } catch (UploadException refusal) {
            return new Received(new ReceivedUpload(reader, false, new byte[0], 0, 0), share, refusal);
        }
        byte[] bytes = new byte[length];
        payload.read(bytes);
        return new Received(new ReceivedUpload(reader, false, bytes, length, clock.millis()), share, null);
    }

    /** Done when the message is with the producer, so that the next one comes after it on Kafka as well. */
    private Mono<CompletableFuture<List<String>>> submit(Identity caller, Received received) {
        CompletableFuture<CompletableFuture<List<String>>> submitted = received.refusal() != null
                ? CompletableFuture.failedFuture(received.refusal())
                : intake.submit(caller.userId(), received.upload(), received.share())
                        .thenApply(acknowledged ->
                                acknowledged.thenApply(UploadResult::messages).exceptionally(this::error));
        return Mono.fromFuture(submitted, true)
                .onErrorResume(failure -> Mono.just(CompletableFuture.completedFuture(error(failure))));
    }

    private static Mono<List<String>> acknowledged(CompletableFuture<List<String>> answers) {
        return Mono.fromFuture(answers, true);
    }

    private List<String> error(Throwable failure) {
        UploadException refusal = UploadException.from(failure);
        metrics.refused(refusal.type());
        return List.of(refusal.message());
    }

    /** What happens on a connection. Told by its event loop and Kafka's thread, asked by a third. */
    private static final class Activity {

        private final AtomicInteger unanswered = new AtomicInteger();
        private final AtomicLong messages = new AtomicLong();
        private long messagesWhenAsked = -1;

        void received() {
            messages.incrementAndGet();
            unanswered.incrementAndGet();
        }

        void answered() {
            unanswered.decrementAndGet();
        }

        /** Whether all is answered and nothing has come since this was asked before. */
        boolean isOver() {
            long before = messagesWhenAsked;
            messagesWhenAsked = messages.get();
            return before == messagesWhenAsked && unanswered.get() == 0;
        }
    }

    /** @param refusal why the message was not even taken in, or null */
    private record Received(
            ReceivedUpload upload,
            InFlightBytes.Reservation share,
            @Nullable UploadException refusal) {}
}
