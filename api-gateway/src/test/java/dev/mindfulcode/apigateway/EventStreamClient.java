package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Client of {@code /api/flow/stream}, or of another event stream, that stores received events. */
final class EventStreamClient implements AutoCloseable {

    private static final long WAIT_MAX_SECONDS = 20;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Stream<String> body;
    final HttpResponse<Stream<String>> response;

    private EventStreamClient(Api api, HttpRequest request) {
        try {
            response = api.http().send(request, BodyHandlers.ofLines());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        body = response.body();
        Thread.ofVirtual().start(() -> {
            try {
                body.forEach(lines::add);
                lines.add("END");
            } catch (java.io.UncheckedIOException e) {
                lines.add("END");
            }
        });
    }

    static EventStreamClient connect(Api api, String token, String... headers) {
        return open(api, api.request("/api/flow/stream", token, headers).GET().build());
    }

    static EventStreamClient open(Api api, HttpRequest request) {
        EventStreamClient client = new EventStreamClient(api, request);
        assertThat(client.response.statusCode()).isEqualTo(200);
        assertThat(client.nextLine()).as("a comment at once").isEqualTo(":");
        return client;
    }

    String nextLine() {
        try {
            String line = lines.poll(WAIT_MAX_SECONDS, TimeUnit.SECONDS);
            assertThat(line).as("a line in time").isNotNull();
            return line == null ? "" : line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the data of the events up to the first matching one. */
    List<JsonNode> upTo(Predicate<JsonNode> like) {
        List<JsonNode> events = new java.util.ArrayList<>();
        while (true) {
            String line = nextLine();
            assertThat(line).isNotEqualTo("END");
            if (line.startsWith("data: ")) {
                events.add(Api.JSON.readTree(line.substring("data: ".length())));
                if (like.test(events.getLast())) {
                    return events;
                }
            }
        }
    }

    /** Returns the id of the next event. */
    String nextId() {
        while (true) {
            String line = nextLine();
            assertThat(line).isNotEqualTo("END");
            if (line.startsWith("id: ")) {
                return line.substring("id: ".length());
            }
        }
    }

    @Override
    public void close() {
        Thread.ofVirtual().start(body::close);
    }
}
