package dev.mindfulcode.apigateway;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Ids from responses for paths: mostly the user's own, sometimes another user's or unknown ones. */
final class ApiIds {

    private static final List<String> FIELDS =
            List.of("session_id", "team_id", "key_id", "plugin_id", "run_id", "user_id", "rule_id", "invitation_id");
    private static final int IDS_PER_KIND_MAX = 16;

    private final Map<String, List<String>> own = new LinkedHashMap<>();
    private final Map<String, List<String>> foreign = new LinkedHashMap<>();

    /** Discards the ids of the current user. */
    void forget() {
        own.clear();
    }

    void learn(JsonNode answer) {
        learn(answer, own);
    }

    void foreign(JsonNode answer) {
        learn(answer, foreign);
    }

    private static void learn(JsonNode answer, Map<String, List<String>> into) {
        for (String field : FIELDS) {
            for (JsonNode value : answer.findValues(field)) {
                List<String> known = into.computeIfAbsent(field, _ -> new ArrayList<>());
                String id = value.asString("");
                if (!id.isEmpty() && !known.contains(id)) {
                    if (known.size() == IDS_PER_KIND_MAX) {
                        known.removeFirst();
                    }
                    known.add(id);
                }
            }
        }
    }

    /** @param name of the parameter in the path */
    String choose(String path, String name, int choice) {
        String field = name.equals("id") ? fieldOf(path) : name;
        int which = choice / 8;
        return switch (choice % 8) {
            case 0 -> UUID.nameUUIDFromBytes(new byte[] {(byte) which}).toString();
            case 1 -> URLEncoder.encode("no id " + which + " ' --", StandardCharsets.UTF_8);
            case 2 -> one(foreign, field, which);
            default -> one(own, field, which);
        };
    }

    private static String one(Map<String, List<String>> from, String field, int which) {
        List<String> known = from.getOrDefault(field, List.of());
        return known.isEmpty() ? new UUID(0, which).toString() : known.get(which % known.size());
    }

    private static String fieldOf(String path) {
        return switch (path.split("/")[2]) {
            case "teams" -> "team_id";
            case "keys" -> "key_id";
            case "plugins" -> "plugin_id";
            case "analytics" -> "run_id";
            default -> "session_id";
        };
    }
}
