package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Plain HTTP requests, without the client of the commands. */
final class Requests {

    private Requests() {}

    static HttpResponse<String> get(URI origin, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(origin.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    static HttpResponse<String> post(URI origin, String path, String token, String json)
            throws IOException, InterruptedException {
        return send("POST", origin, path, token, json);
    }

    static HttpResponse<String> put(URI origin, String path, String token, String json)
            throws IOException, InterruptedException {
        return send("PUT", origin, path, token, json);
    }

    private static HttpResponse<String> send(String method, URI origin, String path, String token, String json)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(origin.resolve(path))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .method(method, HttpRequest.BodyPublishers.ofString(json))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
