package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.embeddedplatform.RawHttp;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExportApiTest {

    private static final String EXPORT = "/api/privacy/export";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void exportsTheTablesAndTheLogOfOneUser() {
        User bob = gateway.user();
        UUID session = startSession("mindful");
        startSessionOf(bob, "bobs-secret");
        List<TypedHistory.Typed> typed =
                TypedHistory.session(new Random(3), Instant.now().minusSeconds(3_600), 3);
        try (TypedHistory history = new TypedHistory(gateway, ada)) {
            typed.forEach(batch -> history.write(batch, Instant.now()));
        }
        api.post("/api/keys", ada.token(), "{\"name\": \"laptop\", \"scope\": \"ingest\"}");
        api.post("/api/flow/feedback", ada.token(), "{\"at\": \"" + Instant.now() + "\", \"flow\": 6}");
        api.patch("/api/account/preferences", ada.token(), "{\"sensitivity\": 0.25}");
        api.put("/api/goals", ada.token(), "{\"weekly_flow_minutes\": 600}");
        new HistoryWriter(gateway, ada).weeks(2);

        Answer answer = api.get(EXPORT, ada.token());

        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        JsonNode file = answer.json();
        assertThat(file.path("format").asString()).isEqualTo("mindful-code-export");
        assertThat(file.path("complete").asBoolean()).isTrue();
        assertThat(file.path("unreadable").asInt()).isZero();
        assertThat(file.path("account").get(0).path("email").asString()).isEqualTo(ada.email());
        assertThat(file.path("api_keys").get(0).path("name").asString()).isEqualTo("laptop");
        assertThat(file.path("preferences").get(0).path("sensitivity").asDouble())
                .isEqualTo(0.25);
        assertThat(file.at("/goals/0/weekly_flow_minutes").asInt()).isEqualTo(600);
        assertThat(file.path("minutes").size())
                .isEqualTo(Math.toIntExact(
                        gateway.count("SELECT count(*) FROM readmodel.flow_minutes WHERE user_id = ?", ada.id())));
        assertThat(file.path("minutes").size()).as("more than a page").isGreaterThan(1_000);
        assertThat(file.path("days").size()).isPositive();
        assertThat(file.path("rows").path("minutes").asInt())
                .isEqualTo(file.path("minutes").size());
        List<JsonNode> batches = ofTable(file, "keystroke_batches");
        assertThat(batches).hasSize(3);
        for (int i = 0; i < batches.size(); i++) {
            JsonNode batch = batches.get(i);
            assertThat(batch.path("number").asInt()).isEqualTo(i);
            assertThat(batch.path("session_id").asString())
                    .isEqualTo(typed.get(i).sessionId().toString());
            assertThat(intervals(batch)).containsExactly(typed.get(i).intervalsMs());
            assertThat(batch.path("key_classes").asString()).hasSize(50).contains("L");
        }
        List<JsonNode> started = ofTable(file, "session_events");
        assertThat(started.getFirst().path("session_id").asString()).isEqualTo(session.toString());
        assertThat(started.getFirst().path("project").asString()).isEqualTo("mindful");
        assertThat(ofTable(file, "flow_ratings").getFirst().path("flow").asInt())
                .isEqualTo(6);
        assertThat(ofTable(file, "account_events"))
                .extracting(row -> row.path("kind").asString())
                .contains("settings_changed");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .doesNotContain("bobs-secret", bob.id().toString(), ada.refreshToken(), "password_hash");
    }

    @Test
    void writesTheLogInTheOrderOfItsRecords() {
        startSession("first");
        api.post("/api/flow/feedback", ada.token(), "{\"at\": \"" + Instant.now() + "\", \"flow\": 1}");
        startSession("second");

        List<String> tables = new ArrayList<>();
        api.get(EXPORT, ada.token())
                .json()
                .path("log")
                .forEach(row -> tables.add(row.path("table").asString()));

        tables.remove("account_events");
        assertThat(tables).containsExactly("session_events", "flow_ratings", "session_events");
    }

    @Test
    void writesATableAFileWithGuardedCells() throws IOException {
        startSession("=HYPERLINK(\"x\")");
        Answer answer = api.get(EXPORT + "?format=csv&bom=true", ada.token());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
        assertThat(answer.header("Content-Disposition")).endsWith(".zip\"");

        Map<String, String> files = unzip(answer.body());
        assertThat(new ArrayList<>(files.keySet())).startsWith("columns.csv").endsWith("export.json");
        assertThat(files.get("export.json")).contains("\"complete\":true");
        assertThat(files.get("session_events.csv"))
                .startsWith("\uFEFF\"number\",\"written_at\",\"session_id\"")
                .contains("\"'=HYPERLINK(\"\"x\"\")\"");
        String columns = String.valueOf(files.get("columns.csv"));
        files.forEach((name, content) -> {
            if (name.endsWith(".csv") && !name.equals("columns.csv")) {
                String table = name.substring(0, name.length() - 4);
                for (String column : content.lines()
                        .findFirst()
                        .orElseThrow()
                        .replace("\uFEFF", "")
                        .split(",", -1)) {
                    assertThat(columns).contains("\"" + table + "\"," + column + ",\"");
                }
            }
        });
        assertThat(columns).doesNotContain(",\"null\"", ",\"\"\r\n");
    }

    @Test
    void runsOneExportOfAUserAtATimeAndFreesItWhenItsClientLeaves() throws IOException {
        writeMegabytes(ada, 24);
        String id;
        try (RawHttp slow = new RawHttp(GatewayUnderTest.port(gateway.context), 4_096)) {
            slow.send("GET " + EXPORT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ada.token() + "\r\n\r\n");
            String head = headOf(slow);
            assertThat(head).startsWith("HTTP/1.1 200");
            id = head.replaceAll("(?is).*x-export-id: (\\S+).*", "$1");
            api.get(EXPORT, ada.token()).isProblem(409, "limit-reached");
            Eventually.holds(() -> progress(id).path("records").asLong() > 0);
            assertThat(progress(id).path("state").asString()).isEqualTo("running");
            assertThat(progress(id).path("bytes").asLong())
                    .as("no more than fits")
                    .isLessThan(16L << 20);
            api.get(EXPORT + "/" + id, gateway.user().token()).isProblem(404, "not-found");
        }
        Eventually.holds(() -> progress(id).path("state").asString().equals("cancelled"));

        Answer whole = api.get(EXPORT, ada.token());
        assertThat(whole.json().path("complete").asBoolean()).isTrue();
        JsonNode progress = progress(whole.header("X-Export-Id"));
        Eventually.holds(() ->
                progress(whole.header("X-Export-Id")).path("state").asString().equals("complete"));
        assertThat(progress(whole.header("X-Export-Id")).path("percent").asInt())
                .isEqualTo(100);
        assertThat(progress(whole.header("X-Export-Id")).path("bytes").asLong()).isEqualTo(whole.body().length);
        assertThat(progress.path("format").asString()).isEqualTo("json");
    }

    /** Four clients stop reading; what their exports hold is freed although they stay connected. */
    @Test
    void refusesAFifthExportUntilAnAbandonedOneIsFreed() throws Exception {
        List<User> others = List.of(gateway.user(), gateway.user(), gateway.user(), gateway.user());
        others.forEach(user -> writeMegabytes(user, 8));
        int consumersBefore = consumers();
        List<RawHttp> abandoned = new ArrayList<>();
        try {
            for (User user : others) {
                RawHttp client = new RawHttp(GatewayUnderTest.port(gateway.context), 4_096);
                abandoned.add(client);
                client.send(
                        "GET " + EXPORT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + user.token() + "\r\n\r\n");
                assertThat(headOf(client)).startsWith("HTTP/1.1 200");
            }
            Answer refused = api.get(EXPORT, ada.token());
            refused.isProblem(503, "unavailable");
            assertThat(refused.header("Retry-After")).isEqualTo("30");

            Eventually.holds(() -> api.get(EXPORT, ada.token()).status() == 200);
            Eventually.holds(() -> consumers() == consumersBefore);
        } finally {
            for (RawHttp client : abandoned) {
                client.close();
            }
        }
        for (User user : others) {
            Eventually.holds(() -> gateway.count(
                            "SELECT count(*) FROM gateway.exports WHERE state = 'cancelled' AND user_id = ?", user.id())
                    == 1);
        }
    }

    /** Returns how many consumers without a group are open in this process, such as those of exports. */
    private static int consumers() {
        try {
            return ManagementFactory.getPlatformMBeanServer()
                    .queryNames(new ObjectName("kafka.consumer:type=app-info,id=consumer-null-*"), null)
                    .size();
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endsWithAnErrorWhenItsAccountIsErased() throws Exception {
        writeMegabytes(ada, 24);
        try (RawHttp slow = new RawHttp(GatewayUnderTest.port(gateway.context), 4_096)) {
            slow.send("GET " + EXPORT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ada.token() + "\r\n\r\n");
            headOf(slow);
            gateway.execute("DELETE FROM identity.users WHERE user_id = ?", ada.id());
            gateway.execute("DELETE FROM protection.user_keys WHERE user_id = ?", ada.id());
            assertThatThrownBy(() -> readChunks(slow)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void rejectsUnknownFormats() {
        api.get(EXPORT + "?format=xml", ada.token())
                .isProblem(400, "invalid-request")
                .withField("format");
        api.get(EXPORT + "?bom=yes", ada.token())
                .isProblem(400, "invalid-request")
                .withField("bom");
        api.get(EXPORT + "/" + UUID.randomUUID(), ada.token()).isProblem(404, "not-found");
    }

    private UUID startSession(String project) {
        return startSessionOf(ada, project);
    }

    private UUID startSessionOf(User user, String project) {
        Answer started = api.post(
                "/api/sessions/start",
                user.token(),
                Api.JSON.writeValueAsString(Map.of("project", project, "language", "java")));
        assertThat(started.status()).isEqualTo(201);
        return UUID.fromString(started.text("session_id"));
    }

    private JsonNode progress(String id) {
        Answer answer = api.get(EXPORT + "/" + id, ada.token());
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    private static List<JsonNode> ofTable(JsonNode file, String table) {
        List<JsonNode> rows = new ArrayList<>();
        file.path("log").forEach(row -> {
            if (row.path("table").asString().equals(table)) {
                rows.add(row);
            }
        });
        return rows;
    }

    private static int[] intervals(JsonNode batch) {
        int[] intervals = new int[batch.path("intervals_ms").size()];
        Arrays.setAll(intervals, i -> batch.path("intervals_ms").get(i).asInt());
        return intervals;
    }

    private static Map<String, String> unzip(byte[] archive) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    /** Writes batches whose rows in the file have some 30 KB each. */
    private void writeMegabytes(User user, int megabytes) {
        int[] large = new int[KeystrokePayload.KEYSTROKES_MAX];
        Arrays.fill(large, 10_000);
        byte[] kinds = new byte[KeystrokePayload.SIGNALS_MAX];
        Arrays.fill(kinds, SignalKind.FOCUS_GAINED.code());
        KeystrokePayload payload = new KeystrokePayload(
                large, new byte[KeystrokePayload.KEYSTROKES_MAX], large, large, kinds, new int[kinds.length]);
        UUID session = UUID.randomUUID();
        try (TestKafka log = gateway.log()) {
            for (int sequence = 0; sequence < megabytes * 28; sequence++) {
                KeystrokeBatch batch = KeystrokeBatch.newBuilder()
                        .setBatchId(UUID.randomUUID())
                        .setSessionId(session)
                        .setSequence(sequence)
                        .setStartedAt(Instant.now())
                        .setReceivedAt(Instant.now())
                        .setPayload(ByteBuffer.wrap(payload.encode()))
                        .build();
                log.appendLater(Topics.KEYSTROKES.name(), user.id(), log.seal(Topics.KEYSTROKES, user.id(), batch));
            }
        }
    }

    private static String headOf(RawHttp client) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = client.in().read();
            assertThat(c).isNotNegative();
            head.append((char) c);
        }
        return head.toString();
    }

    /** Reads chunks of HTTP/1.1 until the last one; fails if the connection ends before it. */
    private static void readChunks(RawHttp client) throws IOException {
        while (true) {
            StringBuilder size = new StringBuilder();
            for (int c = client.in().read(); c != '\n'; c = client.in().read()) {
                if (c < 0) {
                    throw new IOException("The connection ended within the body");
                }
                size.append((char) c);
            }
            int bytes = Integer.parseInt(size.toString().strip(), 16);
            if (client.in().readNBytes(bytes + 2).length < bytes + 2) {
                throw new IOException("The connection ended within a chunk");
            }
            if (bytes == 0) {
                return;
            }
        }
    }
}
