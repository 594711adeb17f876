package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One person's live connection, as a dashboard has it: remembers when an update first showed so many keystrokes of a
 * session. Thread-safe.
 */
public final class LiveUpdateListener implements AutoCloseable {

    /** A live message is a kilobyte; a larger one is discarded. */
    private static final int MESSAGE_CHARS_MAX = 1 << 20;

    private final UUID session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition updated = lock.newCondition();
    private final WebSocket socket;
    private long keystrokes = -1;
    private long seenNs;
    private @Nullable String lost;

    private LiveUpdateListener(ApiClient api, Account account, UUID session) throws ApiException {
        this.session = session;
        try {
            this.socket = api.http()
                    .newWebSocketBuilder()
                    .buildAsync(uri(api.origin(), account.accessToken()), new Listener())
                    .join();
        } catch (CompletionException e) {
            // Without its message: that may hold the address and with it the token.
            throw new ApiException("no live connection: "
                    + (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName());
        }
    }

    /** Connects, to see the updates of one session. */
    public static LiveUpdateListener open(ApiClient api, Account account, UUID session) throws ApiException {
        return new LiveUpdateListener(api, account, session);
    }

    /**
     * Waits for an update that shows at least so many keystrokes.
     *
     * @return {@link System#nanoTime()} of its arrival, or -1 where it did not come within the time
     */
    public long awaitKeystrokes(long atLeast, long timeoutMs) throws IOException, InterruptedException {
        long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        lock.lockInterruptibly();
        try {
            while (keystrokes < atLeast) {
                if (lost != null) {
                    throw new ApiException("the live connection was lost: " + lost);
                }
                if (leftNs <= 0) {
                    return -1;
                }
                leftNs = updated.awaitNanos(leftNs);
            }
            return seenNs;
        } finally {
            lock.unlock();
        }
    }

    private static URI uri(URI origin, String token) {
        String scheme = origin.getScheme().equals("https") ? "wss" : "ws";
        return URI.create(scheme + "://" + origin.getAuthority() + "/ws?token=" + token);
    }

    private void update(String message, long atNs) {
        JsonNode json;
        try {
            json = ApiClient.json().readTree(message);
        } catch (JacksonException e) {
            return;
        }
        if (!json.path("type").asString("").equals("flow_state_update")
                || !json.path("session_id").asString("").equals(session.toString())) {
            return;
        }
        lock.lock();
        try {
            long shown = json.path("session").path("keystrokes").asLong(-1);
            if (shown > keystrokes) {
                keystrokes = shown;
                seenNs = atNs;
                updated.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void lose(String why) {
        lock.lock();
        try {
            lost = why;
            updated.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            long atNs = System.nanoTime();
            text.append(data);
            if (last || text.length() > MESSAGE_CHARS_MAX) {
                update(text.toString(), atNs);
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            lose("status " + statusCode);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            lose(error.getClass().getSimpleName());
        }
    }

    @Override
    public void close() {
        socket.abort();
    }
}
