package dev.mindfulcode.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificData;

/**
 * Registers the catalogue's schemas under {@code <topic>-value}: the artifact of Apicurio's TopicIdStrategy in the
 * default group, and the subject of Confluent clients.
 */
final class SchemaRegistration implements AutoCloseable {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    /** Concurrent registration of the same artifact by two services can fail. */
    private static final int ATTEMPTS_MAX = 4;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String registryUrl;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_TIMEOUT)
            .build();

    SchemaRegistration(SchemaRegistry registry) {
        registryUrl = registry.url();
    }

    /** Registers schemas that are missing; harmless when repeated. */
    void register(List<Topic<?>> topics) {
        schemas(topics).forEach(this::register);
    }

    /** Returns the artifacts whose present schema the registry does not have in any version. */
    List<String> missing(List<Topic<?>> topics) {
        return schemas(topics).entrySet().stream()
                .filter(schema -> !isRegistered(schema.getKey(), schema.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns the schemas by artifact. */
    private static SortedMap<String, String> schemas(List<Topic<?>> topics) {
        SortedMap<String, String> schemas = new TreeMap<>();
        for (Topic<?> topic : topics) {
            String schema = SpecificData.get().getSchema(topic.valueType()).toString();
            if (topic.sealed()) {
                schemas.put(
                        topic.name() + "-value", SealedEvent.getClassSchema().toString());
                schemas.put(topic.eventName() + "-value", schema);
            } else {
                schemas.put(topic.name() + "-value", schema);
            }
        }
        return schemas;
    }

    private boolean isRegistered(String artifactId, String schema) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(registryUrl
                        + "/search/versions?canonical=true&artifactType=AVRO&groupId=default&artifactId="
                        + artifactId))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(schema))
                .build();
        HttpResponse<String> response = send(request);
        if (response.statusCode() != 200) {
            throw rejected(artifactId, response);
        }
        try {
            return JSON.readTree(response.body()).path("count").asInt() > 0;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema registry answered with something that is not JSON", e);
        }
    }

    private void register(String artifactId, String schema) {
        String body = json(Map.of(
                "artifactId",
                artifactId,
                "artifactType",
                "AVRO",
                "firstVersion",
                Map.of("content", Map.of("content", schema, "contentType", "application/json"))));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(registryUrl + "/groups/default/artifacts?ifExists=FIND_OR_CREATE_VERSION"))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        for (int attempt = 1; ; attempt++) {
            HttpResponse<String> response = send(request);
            if (response.statusCode() == 200) {
                return;
            }
            if (attempt == ATTEMPTS_MAX) {
                throw rejected(artifactId, response);
            }
        }
    }

    private static IllegalStateException rejected(String artifactId, HttpResponse<String> response) {
        return new IllegalStateException(
                "The schema registry answered " + response.statusCode() + " to " + artifactId + ": " + response.body());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The schema registry at " + registryUrl + " does not answer: is SCHEMA_REGISTRY_URL right?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while schemas were being registered", e);
        }
    }

    private static String json(Map<String, ?> value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
