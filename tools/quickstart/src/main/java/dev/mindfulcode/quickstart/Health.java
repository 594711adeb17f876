package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Checks the health endpoint of a running system. */
final class Health {

    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(5);

    private final HttpRequest request;

    Health(URI address) {
        this.request = HttpRequest.newBuilder(address).timeout(RESPONSE_TIMEOUT).build();
    }

    boolean isOk() {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(RESPONSE_TIMEOUT).build()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
