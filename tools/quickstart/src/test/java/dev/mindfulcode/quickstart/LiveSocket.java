package dev.mindfulcode.quickstart;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A live connection of a user, and all that came in over it. */
final class LiveSocket implements AutoCloseable {

    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;

    LiveSocket(TestUser user, URI origin) {
        URI address = URI.create("ws://" + origin.getAuthority() + "/ws?token=" + user.token);
        socket =
                client.newWebSocketBuilder().buildAsync(address, new Listener()).join();
    }

    List<JsonNode> received(String type) {
        return received.stream()
                .filter(message -> message.path("type").asString("").equals(type))
                .toList();
    }

    void send(String text) {
        socket.sendText(text, true).join();
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
        client.close();
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                received.add(TestUser.JSON.readTree(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }
    }
}
