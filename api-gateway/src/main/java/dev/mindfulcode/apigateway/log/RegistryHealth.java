package dev.mindfulcode.apigateway.log;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Checks that the schema registry responds. Thread-safe. */
public final class RegistryHealth implements AutoCloseable {

    private static final int SERVER_ERROR = 500;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI address;

    /** @param registryUrl the registry's API, such as {@code http://localhost:8081/apis/registry/v3} */
    public RegistryHealth(String registryUrl) {
        this.address = URI.create(registryUrl + "/system/info");
    }

    /** Emits whether the registry responds within {@code timeout}, if only with a client error. */
    public Mono<Boolean> isReachable(Duration timeout) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(timeout).build();
        return Mono.fromFuture(() -> http.sendAsync(request, HttpResponse.BodyHandlers.discarding()))
                .map(response -> response.statusCode() < SERVER_ERROR)
                .timeout(timeout)
                .onErrorReturn(false);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
