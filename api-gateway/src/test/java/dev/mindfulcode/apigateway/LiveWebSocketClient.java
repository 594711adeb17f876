package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Client of {@code /ws}, or of GraphQL over WebSocket, that stores received messages. */
final class LiveWebSocketClient implements WebSocket.Listener, AutoCloseable {

    private static final Duration WAIT_MAX = Duration.ofMinutes(3);

    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    private LiveWebSocketClient(Api api, String pathAndQuery, @Nullable String protocol) {
        WebSocket.Builder builder = api.http().newWebSocketBuilder();
        if (protocol != null) {
            builder.subprotocols(protocol);
        }
        socket = builder.buildAsync(api.uri("ws", pathAndQuery), this).join();
    }

    static LiveWebSocketClient connect(Api api, String token) {
        return new LiveWebSocketClient(api, "/ws?token=" + token, null);
    }

    static LiveWebSocketClient open(Api api, String pathAndQuery, @Nullable String protocol) {
        return new LiveWebSocketClient(api, pathAndQuery, protocol);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            received.add(Api.JSON.readTree(partial.toString()));
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.complete(-1);
    }

    void send(String text) {
        socket.sendText(text, true).join();
    }

    /** Sends a message after which the server closes the connection, possibly before it is complete. */
    void sendIfOpen(String text) {
        var _ = socket.sendText(text, true).exceptionally(e -> socket).join();
    }

    void sendBinary(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    /** Returns the next matching message and discards those before it. */
    JsonNode next(Predicate<JsonNode> like) {
        return upTo(like).getLast();
    }

    /** Returns the messages up to the first matching one. */
    List<JsonNode> upTo(Predicate<JsonNode> like) {
        List<JsonNode> messages = new ArrayList<>();
        long deadlineNs = System.nanoTime() + WAIT_MAX.toNanos();
        try {
            while (true) {
                JsonNode message = received.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                assertThat(message).as("a message in time").isNotNull();
                messages.add(message);
                if (like.test(message)) {
                    return messages;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the close status of the server, or -1 if the connection breaks. */
    int closeStatus() {
        try {
            return closed.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the server did not close", e);
        }
    }

    static Predicate<JsonNode> ofType(String type) {
        return message -> message.path("type").asString().equals(type);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
