package dev.mindfulcode.cli.deadletters;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose dead letters. */
final class LetterFilter {

    @Option(
            names = "--stage",
            paramLabel = "COMPONENT",
            description = "Only what this component rejected: flow-stream, projection-service or webhooks.")
    private @Nullable String component;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only records of this topic.")
    private @Nullable String topic;

    @Option(names = "--reason", paramLabel = "REASON", description = "Only records rejected for this reason.")
    private @Nullable String reason;

    boolean isEmpty() {
        return component == null && topic == null && reason == null;
    }

    /** Returns the conditions under their names in the API. */
    Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        if (component != null) {
            conditions.put("component", component);
        }
        if (topic != null) {
            conditions.put("topic", topic);
        }
        if (reason != null) {
            conditions.put("reason", reason);
        }
        return conditions;
    }

    String query() {
        return conditions().entrySet().stream()
                .map(condition -> "&" + condition.getKey() + "="
                        + URLEncoder.encode(condition.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    }
}
