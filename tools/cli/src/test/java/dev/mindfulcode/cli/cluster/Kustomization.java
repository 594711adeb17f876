package dev.mindfulcode.cli.cluster;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A {@code kustomization.yaml} with the fields that ours use; others are refused. {@link #build} returns the resources
 * as {@code kubectl kustomize} does, for patches that add a value.
 */
record Kustomization(
        String apiVersion,
        String kind,
        @Nullable String namespace,
        @Nullable List<String> resources,
        @Nullable List<String> components,
        @Nullable List<Patch> patches) {

    record Patch(String path, Target target) {}

    record Target(
            String kind, @Nullable String name, @Nullable String labelSelector) {

        boolean matches(JsonNode resource) {
            return kind.equals(resource.path("kind").asText())
                    && (name == null
                            || name.equals(resource.at("/metadata/name").asText()))
                    && (labelSelector == null || hasLabel(resource, labelSelector.split("=")));
        }

        private static boolean hasLabel(JsonNode resource, String[] label) {
            return label[1].equals(
                    resource.path("metadata").path("labels").path(label[0]).asText());
        }
    }

    /** One operation of a JSON patch. */
    record Operation(String op, String path, JsonNode value) {}

    static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    static List<JsonNode> documents(Path file) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        List<JsonNode> documents = new ArrayList<>();
        new Yaml(new SafeConstructor(strict))
                .loadAll(Files.readString(file))
                .forEach(document -> documents.add(JSON.valueToTree(document)));
        return documents;
    }

    static List<JsonNode> build(Path folder) throws IOException {
        List<JsonNode> resources = new ArrayList<>();
        read(folder).apply(folder, resources);
        return resources;
    }

    private static Kustomization read(Path folder) throws IOException {
        List<JsonNode> documents = documents(folder.resolve("kustomization.yaml"));
        if (documents.size() != 1) {
            throw new IllegalStateException(folder + ": must be one document");
        }
        return JSON.treeToValue(documents.getFirst(), Kustomization.class);
    }

    private void apply(Path folder, List<JsonNode> resources) throws IOException {
        for (String resource : orNone(this.resources)) {
            Path path = folder.resolve(resource);
            resources.addAll(Files.isDirectory(path) ? build(path) : documents(path));
        }
        for (String component : orNone(components)) {
            Path path = folder.resolve(component);
            read(path).apply(path, resources);
        }
        for (Patch patch : orNone(patches)) {
            List<JsonNode> targets =
                    resources.stream().filter(patch.target()::matches).toList();
            if (targets.isEmpty()) {
                throw new IllegalStateException(folder + ": nothing matches " + patch);
            }
            for (JsonNode operation : documents(folder.resolve(patch.path())).getFirst()) {
                Operation add = JSON.treeToValue(operation, Operation.class);
                targets.forEach(target -> add(target, add));
            }
        }
    }

    private static void add(JsonNode target, Operation operation) {
        int last = operation.path().lastIndexOf('/');
        if (!operation.op().equals("add")
                || !(target.at(operation.path().substring(0, last)) instanceof ObjectNode parent)) {
            throw new IllegalStateException("Patch not understood, or without a parent: " + operation);
        }
        parent.set(operation.path().substring(last + 1), operation.value());
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
