package dev.mindfulcode.management;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The state of the parts of a service, by name. The names are constants, such as {@code database}.
 *
 * @param parts whether each is healthy
 */
public record Health(Map<String, Boolean> parts) {

    public Health {
        parts = Map.copyOf(parts);
    }

    /** A service without parts that could fail. */
    public static final Health OK = new Health(Map.of());

    public static Health of(String part, boolean isHealthy) {
        return new Health(Map.of(part, isHealthy));
    }

    public Health and(String part, boolean isHealthy) {
        Map<String, Boolean> all = new LinkedHashMap<>(parts);
        all.put(part, isHealthy);
        return new Health(all);
    }

    public boolean isHealthy() {
        return !parts.containsValue(false);
    }

    String json(long timestampMs) {
        return parts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(part -> ",\"" + part.getKey() + "\":{\"status\":\"" + (part.getValue() ? "healthy" : "unhealthy")
                        + "\"}")
                .collect(Collectors.joining(
                        "",
                        "{\"status\":\"" + (isHealthy() ? "ok" : "unavailable") + "\",\"timestamp\":" + timestampMs,
                        "}"));
    }
}
