package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class PluginApiTest {

    private static final Path PLUGINS = Path.of("..", "plugins");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final User bob = gateway.user();

    @Test
    void uploadIsPrivateAndIdempotent() throws Exception {
        Answer made = api.post("/api/plugins", ada.token(), upload("deep-work"));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.json().path("manifest").path("name").asString()).isEqualTo("deep-work");
        assertThat(made.json().path("imports").toString()).isEqualTo("[\"emit_results\",\"flow_analysis\"]");
        assertThat(made.json().has("granted")).isFalse();

        Answer again = api.post("/api/plugins", ada.token(), upload("deep-work"));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(made.json());
        String path = "/api/plugins/" + made.text("plugin_id");
        assertThat(api.get(path, ada.token()).json()).isEqualTo(made.json());
        assertThat(api.get("/api/plugins", ada.token()).json().path("plugins")).hasSize(1);
        assertThat(api.get("/api/plugins", bob.token()).json().path("plugins")).isEmpty();
        api.get(path, bob.token()).isProblem(404, "not-found");
        api.delete(path, bob.token()).isProblem(404, "not-found");
        api.put(path + "/install", bob.token(), "{\"capabilities\": []}").isProblem(404, "not-found");
    }

    @Test
    void rejectsOtherModuleForSameVersion() {
        assertThat(api.post("/api/plugins", ada.token(), MinimalPlugin.named("same"))
                        .status())
                .isEqualTo(201);
        api.post("/api/plugins", ada.token(), MinimalPlugin.trapping("same"))
                .isProblem(409, "plugin-exists")
                .withField("manifest.version");
        String next = MinimalPlugin.trapping("same").replace("\"1.0.0\"", "\"1.0.1\"");
        assertThat(api.post("/api/plugins", ada.token(), next).status()).isEqualTo(201);
        assertThat(api.get("/api/plugins", ada.token()).json().path("plugins")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"abi_version\": 1 | \"abi_version\": 2 | 422 | manifest.abi_version",
                "\"small\" | \"Small\" | 422 | manifest.name",
                "\"user\" | \"all\" | 422 | manifest.scope",
                "emit_results | open_socket | 422 | manifest.capabilities",
                "\"module\": \"AGFzbQ | \"module\": \"AGFzbR | 422 | module",
                "\"module\": \"AGFz | \"module\": \"!!!! | 400 | module",
                "\"module\" | \"modul\" | 400 | modul",
                "\"manifest\": { | \"manifest\": 7, \"m\": { | 400 | m",
            })
    void whatIsWrongIsNamed(String good, String bad, int status, String field) {
        String body = MinimalPlugin.named("small");
        assertThat(body).contains(good);

        api.post("/api/plugins", ada.token(), body.replace(good, bad))
                .isProblem(status, status == 422 ? "plugin-refused" : "invalid-request")
                .withField(field);
    }

    @Test
    void rejectsImportMissingFromManifest() throws Exception {
        String body = upload("deep-work").replace("[\"flow_analysis\", \"emit_results\"]", "[\"emit_results\"]");
        Answer refused = api.post("/api/plugins", ada.token(), body).isProblem(422, "plugin-refused");

        assertThat(refused.text("detail")).contains("mindful.flow_analysis");
    }

    @Test
    void rejectsTooLargeUpload() {
        String body = MinimalPlugin.upload("{}", new byte[400_000]);

        api.post("/api/plugins", ada.token(), body).isProblem(413, "request-too-large");
    }

    @Test
    void limitsPluginsPerAccount() {
        for (int i = 0; i < 20; i++) {
            assertThat(api.post("/api/plugins", ada.token(), MinimalPlugin.named("p" + i))
                            .status())
                    .isEqualTo(201);
        }
        api.post("/api/plugins", ada.token(), MinimalPlugin.named("one-more")).isProblem(409, "limit-reached");
    }

    @Test
    void requiresGrantOfImportsToRun() throws Exception {
        String id = api.post("/api/plugins", ada.token(), upload("deep-work")).text("plugin_id");
        String install = "/api/plugins/" + id + "/install";
        String run = "{\"plugin\": \"deep-work\"}";

        api.post("/api/analytics", ada.token(), run)
                .isProblem(409, "plugin-not-installed")
                .withField("plugin");
        api.put(install, ada.token(), "{\"capabilities\": [\"emit_results\"]}");
        assertThat(api.post("/api/analytics", ada.token(), run)
                        .isProblem(409, "plugin-not-installed")
                        .text("detail"))
                .contains("flow_analysis");
        api.put(install, ada.token(), "{\"capabilities\": [\"emit_results\", \"network\"]}")
                .isProblem(400, "invalid-request")
                .withField("capabilities[1]");
        Answer granted = api.put(install, ada.token(), "{\"capabilities\": [\"emit_results\", \"flow_analysis\"]}");
        assertThat(granted.json().path("granted").toString()).isEqualTo("[\"emit_results\",\"flow_analysis\"]");
        assertThat(api.post("/api/analytics", ada.token(), run).status()).isEqualTo(202);
        Answer withdrawn = api.put(install, ada.token(), "{\"capabilities\": []}");
        assertThat(withdrawn.json().has("granted")).isFalse();
        api.post("/api/analytics", ada.token(), run).isProblem(409, "plugin-not-installed");
    }

    @Test
    void sharesOperatorPluginsAndForbidsRemoval() throws Exception {
        gateway.execute("insert into gateway.plugin_modules (sha256, module) values (repeat('a', 64), '')"
                + " on conflict do nothing");
        gateway.execute("""
                insert into gateway.plugins (plugin_id, name, version, manifest, imports, sha256, created_at)
                values ('019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b99', 'shared-one', '1.0.0',
                    '{"abi_version": 1, "name": "shared-one", "version": "1.0.0", "scope": "user", "capabilities": []}',
                    '{}', repeat('a', 64), now())""");
        try {
            String path = "/api/plugins/019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b99";
            assertThat(api.get(path, ada.token()).json().path("is_operators").asBoolean())
                    .isTrue();
            api.delete(path, ada.token()).isProblem(403, "forbidden");
            api.post("/api/analytics", ada.token(), "{\"plugin\": \"shared-one\"}")
                    .isProblem(409, "plugin-not-installed");
            gateway.execute("insert into gateway.plugin_installs (plugin_id, capabilities, granted_at)"
                    + " values ('019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b99', '{emit_results}', now())");
            assertThat(api.get(path, bob.token()).json().path("granted").toString())
                    .isEqualTo("[\"emit_results\"]");
        } finally {
            gateway.execute("delete from gateway.plugins where name = 'shared-one'");
        }
    }

    @Test
    void grantsSharedPluginToAllUsersOnce() throws Exception {
        String operator = GatewayUnderTest.OPERATOR_TOKEN;
        String upload = upload("time-to-resume");
        try {
            assertThat(api.post("/api/admin/plugins", operator, upload).status())
                    .isEqualTo(201);
            assertThat(api.post("/api/admin/plugins", operator, upload).status())
                    .as("the same version again")
                    .isEqualTo(200);
            JsonNode shared = api.get("/api/admin/plugins", operator).json().path("plugins");
            assertThat(shared)
                    .filteredOn(plugin -> plugin.path("is_operators").asBoolean())
                    .hasSize(1);
            JsonNode plugins = api.get("/api/plugins", bob.token()).json().path("plugins");
            assertThat(plugins).hasSize(1);
            assertThat(plugins.path(0).path("granted").toString()).isEqualTo("[\"emit_results\",\"flow_analysis\"]");
            assertThat(api.post("/api/analytics", bob.token(), "{\"plugin\": \"time-to-resume\"}")
                            .status())
                    .isEqualTo(202);
        } finally {
            gateway.execute("delete from gateway.plugins where owner_id is null");
        }
    }

    @Test
    void validatesRequests() {
        api.post("/api/analytics", ada.token(), "{}")
                .isProblem(400, "invalid-request")
                .withField("plugin");
        api.post("/api/analytics", ada.token(), """
                        {"plugin": "p", "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}""")
                .isProblem(400, "invalid-request")
                .withField("to");
        api.post("/api/analytics", ada.token(), "{\"plugin\": \"p\", \"scope\": \"team:7\"}")
                .isProblem(400, "invalid-request")
                .withField("scope");
        api.get("/api/analytics/" + ada.id() + "?limit=501", ada.token())
                .isProblem(400, "invalid-request")
                .withField("limit");
    }

    private static String upload(String name) throws IOException {
        Path folder = PLUGINS.resolve(name);
        return "{\"manifest\": " + Files.readString(folder.resolve("manifest.json")) + ", \"module\": \""
                + Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve(name + ".wasm"))) + "\"}";
    }
}
