package dev.mindfulcode.ingestservice;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A WebSocket client of ingest that collects its answers. */
final class UploadWebSocketClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Sinks.Many<Function<WebSocketSession, WebSocketMessage>> outgoing =
            Sinks.many().unicast().onBackpressureBuffer();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final Disposable connection;

    private UploadWebSocketClient(URI uri) {
        connection = new ReactorNettyWebSocketClient()
                .execute(uri, this::run)
                .subscribe(done -> {}, connected::completeExceptionally);
    }

    static UploadWebSocketClient connect(IngestServer server, String token) {
        UploadWebSocketClient client =
                new UploadWebSocketClient(URI.create("ws://127.0.0.1:" + server.port() + "/ws/ingest?token=" + token));
        client.connected.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
        return client;
    }

    private Mono<Void> run(WebSocketSession session) {
        connected.complete(null);
        session.closeStatus().map(CloseStatus::getCode).defaultIfEmpty(1006).subscribe(closed::complete);
        return session.send(outgoing.asFlux().map(message -> message.apply(session)))
                .and(session.receive().map(WebSocketMessage::getPayloadAsText).doOnNext(answers::add));
    }

    void send(String text) {
        outgoing.tryEmitNext(session -> session.textMessage(text)).orThrow();
    }

    void send(byte[] binary) {
        outgoing.tryEmitNext(session -> session.binaryMessage(buffers -> buffers.wrap(binary)))
                .orThrow();
    }

    List<String> await(int count) {
        List<String> received = new ArrayList<>();
        try {
            while (received.size() < count) {
                String answer = answers.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
                if (answer == null) {
                    throw new AssertionError("only " + received.size() + " answers: " + received);
                }
                received.add(answer);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return received;
    }

    /** Returns the answers received since the last await. */
    List<String> received() {
        List<String> received = new ArrayList<>();
        answers.drainTo(received);
        return received;
    }

    /** Returns the close code; 1006 if the connection was cut. */
    int awaitClose() {
        return closed.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        connection.dispose();
    }
}
