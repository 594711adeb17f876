package dev.mindfulcode.cli.projections;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.http.ApiClient;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The operator's endpoints for projections. */
public record ProjectionApi(AuthorizedApi api) {

    private static final String PROJECTIONS = "/api/admin/projections";

    /** Returns the builds of all projections. */
    public List<JsonNode> builds() {
        return list(api.get(PROJECTIONS));
    }

    /** Returns the build in use of each projection, by its name. */
    public Map<String, JsonNode> buildsInUse() {
        Map<String, JsonNode> inUse = new TreeMap<>();
        for (JsonNode build : builds()) {
            if (build.path("state").asString().equals("in_use")) {
                inUse.put(build.path("projection").asString(), build);
            }
        }
        return inUse;
    }

    /** Orders a build and returns its number. */
    public int order(String projection, int sharePercent) {
        return api.post(PROJECTIONS + "/" + projection + "/builds", share(sharePercent))
                .path("build")
                .asInt();
    }

    /** Orders an existing build to replace the one in use. */
    public void use(String projection, int build, int sharePercent) {
        api.post(PROJECTIONS + "/" + projection + "/builds/" + build + "/use", share(sharePercent));
    }

    public void drop(String projection, int build) {
        api.delete(PROJECTIONS + "/" + projection + "/builds/" + build);
    }

    /** Passes on each change of the builds until one is the last. */
    public void watch(Predicate<List<JsonNode>> isLast) {
        api.awaitEvent(PROJECTIONS + "/stream", event -> isLast.test(list(event)));
    }

    private static List<JsonNode> list(JsonNode response) {
        return StreamSupport.stream(response.path("builds").spliterator(), false)
                .toList();
    }

    private static JsonNode share(int percent) {
        return ApiClient.json().createObjectNode().put("share_percent", percent);
    }
}
