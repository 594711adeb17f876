package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.accounts.TestAccount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The gateway as a client sees it, over HTTP. */
final class Api {

    static final JsonMapper JSON = new JsonMapper();
    static final String PASSWORD = TestAccount.PASSWORD;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port;

    Api(int port) {
        this.port = port;
    }

    HttpClient http() {
        return http;
    }

    URI uri(String scheme, String pathAndQuery) {
        return URI.create(scheme + "://127.0.0.1:" + port + pathAndQuery);
    }

    User register(String email) {
        Answer answer = post("/api/auth/register", null, """
                {"email": "%s", "password": "%s", "timezone": "Europe/Berlin"}""".formatted(email, PASSWORD));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return new User(
                UUID.fromString(answer.text("user_id")),
                email,
                answer.text("access_token"),
                answer.text("refresh_token"));
    }

    Answer get(String path, @Nullable String token, String... headers) {
        return send(request(path, token, headers).GET().build());
    }

    Answer post(String path, @Nullable String token, String json, String... headers) {
        return sendJson("POST", path, token, json, headers);
    }

    Answer put(String path, @Nullable String token, String json, String... headers) {
        return sendJson("PUT", path, token, json, headers);
    }

    Answer patch(String path, @Nullable String token, String json, String... headers) {
        return sendJson("PATCH", path, token, json, headers);
    }

    Answer delete(String path, @Nullable String token, String... headers) {
        return send(request(path, token, headers).DELETE().build());
    }

    Answer sendJson(String method, String path, @Nullable String token, String json, String... headers) {
        return send(request(path, token, headers)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(json))
                .build());
    }

    HttpRequest.Builder request(String path, @Nullable String token, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", path)).timeout(Duration.ofMinutes(2));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return headers.length == 0 ? request : request.headers(headers);
    }

    Answer send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            String type = response.headers().firstValue("Content-Type").orElse("");
            JsonNode body = type.contains("json") ? JSON.readTree(response.body()) : MissingNode.getInstance();
            return new Answer(response.statusCode(), response.headers(), body, response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    record User(UUID id, String email, String token, String refreshToken) {}

    @SuppressWarnings("ArrayRecordComponent")
    record Answer(int status, HttpHeaders headers, JsonNode json, byte[] body) {

        String text(String field) {
            return json.path(field).asString();
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** Asserts that this is a problem document of a kind and returns it for more. */
        Answer isProblem(int status, String type) {
            assertThat(status()).as(toString()).isEqualTo(status);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(text("type")).isEqualTo("https://mindfulcode.dev/problems/" + type);
            assertThat(json.path("status").asInt()).isEqualTo(status);
            assertThat(text("title")).isNotBlank();
            assertThat(text("detail")).isNotBlank();
            return this;
        }

        Answer withField(String field) {
            assertThat(text("field")).as(toString()).isEqualTo(field);
            return this;
        }

        /** Asserts that this is a GraphQL response with one error and no data, and returns the error's extensions. */
        JsonNode isGraphQlError(int status, String code) {
            assertThat(status()).as(toString()).isEqualTo(status);
            assertThat(header("Content-Type")).isIn("application/json", "application/graphql-response+json");
            assertThat(json.has("data")).as(toString()).isFalse();
            assertThat(json.path("errors").size()).as(toString()).isOne();
            assertThat(json.path("errors").path(0).path("message").asString()).isNotBlank();
            JsonNode extensions = json.path("errors").path(0).path("extensions");
            assertThat(extensions.path("code").asString()).isEqualTo(code);
            return extensions;
        }

        @Override
        public String toString() {
            return status + " " + json;
        }
    }

    /** Compresses a body for {@code Content-Encoding: gzip}. */
    static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
