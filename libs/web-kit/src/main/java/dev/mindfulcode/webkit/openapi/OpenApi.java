package dev.mindfulcode.webkit.openapi;

import dev.mindfulcode.webkit.endpoints.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Assembles an OpenAPI document from fragments and declared endpoints.
 *
 * <p>The first fragment is a complete document; each further one adds paths and components. What follows from an
 * endpoint's declaration is added to its operation: security, common parameters, problem responses and headers.
 */
public final class OpenApi {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private OpenApi() {}

    /** Reads the fragments of these names, which are resources in the package of a class. */
    public static List<ObjectNode> read(Class<?> owner, List<String> names) {
        return names.stream().map(name -> read(owner, name)).toList();
    }

    private static ObjectNode read(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the package of " + owner.getName());
            }
            Map<String, Object> fragment = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            JsonNode tree = JSON.valueToTree(fragment);
            return (ObjectNode) tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the document.
     *
     * @throws IllegalStateException if an endpoint is not described, an operation is not declared, or fragments define
     *     the same operation or component
     */
    public static ObjectNode assemble(List<ObjectNode> fragments, List<Endpoint> endpoints) {
        ObjectNode document = merge(fragments);
        List<Endpoint> documented = endpoints.stream()
                .filter(endpoint -> !endpoint.has(Endpoint.Feature.UNDOCUMENTED))
                .toList();
        requireSame(documented.stream().map(Endpoint::name).collect(Collectors.toSet()), operations(document));
        for (Endpoint endpoint : documented) {
            ObjectNode path = (ObjectNode) document.path("paths").path(endpoint.path());
            String method = endpoint.method().name().toLowerCase(Locale.ROOT);
            new Operation(endpoint, (ObjectNode) path.path(method)).complete();
        }
        return document;
    }

    public static byte[] json(ObjectNode document) {
        return JSON.writeValueAsBytes(document);
    }

    private static ObjectNode merge(List<ObjectNode> fragments) {
        ObjectNode document = fragments.getFirst().deepCopy();
        for (ObjectNode fragment : fragments.subList(1, fragments.size())) {
            for (String section : List.of("paths", "components")) {
                fragment.path(section).properties().forEach(group -> add(document.withObject("/" + section), group));
            }
        }
        return document;
    }

    /** Adds the members of a path or of a kind of component. */
    private static void add(ObjectNode section, Map.Entry<String, JsonNode> group) {
        ObjectNode members = section.withObjectProperty(group.getKey());
        group.getValue().properties().forEach(member -> {
            if (members.has(member.getKey()) && !members.get(member.getKey()).equals(member.getValue())) {
                throw new IllegalStateException(
                        "two OpenAPI fragments define " + group.getKey() + " " + member.getKey());
            }
            members.set(member.getKey(), member.getValue().deepCopy());
        });
    }

    private static Set<String> operations(ObjectNode document) {
        return document.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .map(operation -> operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toSet());
    }

    private static void requireSame(Set<String> declared, Set<String> described) {
        Set<String> undescribed = new TreeSet<>(declared);
        undescribed.removeAll(described);
        Set<String> undeclared = new TreeSet<>(described);
        undeclared.removeAll(declared);
        if (!undescribed.isEmpty() || !undeclared.isEmpty()) {
            throw new IllegalStateException("OpenAPI fragments and declared endpoints differ: not described "
                    + undescribed + ", not declared " + undeclared);
        }
    }
}
