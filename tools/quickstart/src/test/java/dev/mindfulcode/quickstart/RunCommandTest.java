package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mindful run} from start to Ctrl-C, and what must not happen meanwhile. Ended by a kill:
 * {@code ReconciliationTest}.
 */
@Timeout(900)
class RunCommandTest {

    private static final Duration REFUSED_WITHIN = Duration.ofMinutes(2);
    private static final Duration FAILED_WITHIN = Duration.ofMinutes(4);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(75);

    private static final int SERIES_MAX = 1_500;
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static final String FILE_SECRET = "a-secret-of-the-working-directory-0123456789";
    private static final String SHELL_SECRET = "a-secret-of-another-project-0123456789-abcdef";

    /** Variables that a developer's shell may define for other projects. */
    private static final Map<String, String> SHELL = Map.of(
            "JWT_SECRET",
            SHELL_SECRET,
            "OIDC_ISSUER_URI",
            "https://issuer.example.org",
            "TRUSTED_PROXIES",
            "0.0.0.0/0",
            "SERVER_SSL_ENABLED",
            "true",
            "SPRING_APPLICATION_JSON",
            "{\"CORS_ORIGINS\": \"https://evil.example.org\"}",
            "QUARKUS_HTTP_ROOT_PATH",
            "/elsewhere");

    @TempDir
    Path folder;

    @Test
    void retainsDataAcrossCtrlCAndProtectsIt() throws Exception {
        Path data = folder.resolve("data");
        int port = ForkedRun.freePort();
        URI origin = URI.create("http://localhost:" + port);
        TestUser user;
        UUID session;
        Files.writeString(folder.resolve("application.properties"), "JWT_SECRET=" + FILE_SECRET + "\n");
        try (ForkedRun run = ForkedRun.start(data, port, SHELL).awaitReady(origin)) {
            user = TestUser.register(origin);
            ignoresTheEnvironment(run, origin, user);
            session = user.startSession();
            user.type(session, 0, 20);
            refusesASecondInstance(data, origin);
            measuresInFewSeriesAndNamesNoProcess(origin);
            // Accepted a moment before the end: a 202 is a promise.
            user.type(session, 1, 30);
            run.pressCtrlC();
            run.awaitEnd(STOP_TIMEOUT);
            assertThat(run.output()).contains("Stopped in");
            assertThat(Files.readString(data.resolve("logs/mindful.log")))
                    .doesNotContain("did not stop in time")
                    .doesNotContain("did not stop cleanly");
            assertThat(data.resolve("postgres/data/postmaster.pid")).doesNotExist();
        }

        Path secrets = data.resolve("secrets.properties");
        assertThat(Secrets.beginRotation(secrets)).isTrue();
        try (TraceReceiver traces = TraceReceiver.start();
                ForkedRun run = startTraced(data, port, traces).awaitReady(origin)) {
            Eventually.holds(
                    "keys are sealed with the new key, and the old one is deleted",
                    () -> Secrets.readOrCreate(secrets).previousEncryptionKey().isEmpty());
            TestUser again = TestUser.login(origin, user.email, user.password);
            Eventually.holds("what was typed before Ctrl-C is counted", () -> again.keystrokesCounted() == 50);
            again.type(session, 2, 40);
            again.type(session, 1, 30); // sent again by a client that never saw its 202
            Eventually.holds("everything is counted, once", () -> again.keystrokesCounted() == 90);
            again.startSession();
            run.pressCtrlC();
            run.awaitEnd(STOP_TIMEOUT);
            followsRequestsToTheirRows(traces, again);
        }
    }

    private static ForkedRun startTraced(Path data, int port, TraceReceiver traces) throws IOException {
        Files.writeString(
                data.resolve("settings.properties"),
                "OTEL_EXPORTER_OTLP_ENDPOINT=" + traces.endpoint() + "\nOTEL_TRACES_SAMPLER_ARG=1\n");
        return ForkedRun.start(data, port);
    }

    /** Each service exports what it has at its end. */
    private static void followsRequestsToTheirRows(TraceReceiver traces, TestUser user) {
        followed(
                traces,
                List.of(
                        "ingest-service: POST /api/keystrokes",
                        "ingest-service: send keystrokes",
                        "flow-stream: process keystrokes",
                        "projection-service: process flow-states"));
        followed(
                traces,
                List.of(
                        "api-gateway: POST /api/sessions/start",
                        "api-gateway: send sessions",
                        "projection-service: process sessions"));
        assertThat(traces.attributes())
                .contains("/api/keystrokes")
                .noneMatch(value -> UUID_TEXT.matcher(value).find())
                .doesNotContain(user.email, user.token);
    }

    /** There is a trace in which each of these spans is a child of the one before. */
    private static void followed(TraceReceiver traces, List<String> path) {
        List<TraceReceiver.Span> last = List.of();
        for (String step : path) {
            List<TraceReceiver.Span> before = last;
            last = traces.spans().stream()
                    .filter(span -> (span.service() + ": " + span.name()).equals(step))
                    .filter(span -> before.isEmpty()
                            ? span.parent().isEmpty()
                            : before.stream()
                                    .anyMatch(parent -> span.trace().equals(parent.trace())
                                            && span.parent().equals(parent.id())))
                    .toList();
            assertThat(last).as(step + " among " + traces.spans()).isNotEmpty();
        }
    }

    /** A shell of another project, and its working directory, open nothing here. */
    private static void ignoresTheEnvironment(ForkedRun run, URI origin, TestUser user) throws Exception {
        assertThat(get(origin, "/api/account", user.token)).isEqualTo(200);
        assertThat(get(origin, "/api/account", signed(user.id, SHELL_SECRET)))
                .as("a token signed with the shell's JWT_SECRET")
                .isEqualTo(401);
        assertThat(get(origin, "/api/account", signed(user.id, FILE_SECRET)))
                .as("a token signed with the JWT_SECRET of application.properties")
                .isEqualTo(401);
        assertThat(run.output()).doesNotContain(SHELL_SECRET);
        assertThat(run.output().lines().filter(line -> line.startsWith("Ignored from the environment: ")))
                .singleElement()
                .asString()
                .contains(SHELL.keySet());
    }

    private static int get(URI origin, String path, String token) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(origin.resolve(path))
                    .header("Authorization", "Bearer " + token)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static String signed(UUID userId, String secret) throws Exception {
        String signed = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "."
                + base64("{\"iss\":\"mindful-code\",\"sub\":\"" + userId + "\",\"exp\":4102444800}");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return signed + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void refusesASecondInstance(Path data, URI running) throws Exception {
        try (ForkedRun second = ForkedRun.start(data, ForkedRun.freePort())) {
            assertThat(second.awaitEnd(REFUSED_WITHIN)).isNotZero();
            assertThat(second.output())
                    .contains("Another instance already runs on " + data)
                    .contains(running.toString());
        }
    }

    private static void measuresInFewSeriesAndNamesNoProcess(URI origin) throws Exception {
        String scrape = Requests.get(origin, "/metrics").body();
        exposesWhatThePageLists(scrape);
        List<String> series =
                scrape.lines().filter(line -> !line.startsWith("#")).toList();
        assertThat(series).hasSizeLessThan(SERIES_MAX);
        assertThat(series)
                .noneMatch(line -> UUID_TEXT.matcher(line).find())
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(line -> line.startsWith("jvm_gc_"))
                .anyMatch(line -> line.startsWith("mindful_stream_lag_records{topic=\"keystrokes\"}"));
    }

    /** In both directions for our own metrics; some of the JVM depend on its collector. */
    private static void exposesWhatThePageLists(String scrape) throws IOException {
        Map<String, Set<String>> listed = MetricsPage.read();
        Map<String, Set<String>> exposed = MetricsPage.exposed(scrape, listed.keySet());
        assertThat(listed)
                .containsAllEntriesOf(ours(exposed))
                .containsKeys(exposed.keySet().toArray(String[]::new));
        assertThat(ours(exposed)).isEqualTo(ours(listed));
        assertThat(scrape.lines().filter(line -> line.startsWith("# HELP")).map(line -> line.split(" ")))
                .as("each with a description")
                .allSatisfy(words -> assertThat(words).hasSizeGreaterThan(3));
    }

    private static Map<String, Set<String>> ours(Map<String, Set<String>> families) {
        Map<String, Set<String>> ours = new TreeMap<>(families);
        ours.keySet().removeIf(name -> !name.startsWith("mindful_"));
        return ours;
    }

    @Test
    void refusesAPortInUseBeforeStarting() throws Exception {
        Path data = folder.resolve("other");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                ForkedRun run = ForkedRun.start(data, taken.getLocalPort())) {
            assertThat(run.awaitEnd(REFUSED_WITHIN)).isNotZero();

            assertThat(run.output())
                    .contains("Port " + taken.getLocalPort() + " is taken by ")
                    .contains("(process " + ProcessHandle.current().pid() + ")", "or choose another port: --port ");
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void exitsWithTheReasonWhenAPartFailsToStart() throws Exception {
        Path data = folder.resolve("broken");
        Files.createDirectories(data);
        Files.writeString(data.resolve("postgres"), "a file where a folder should be");
        try (ForkedRun run = ForkedRun.start(data, ForkedRun.freePort())) {
            assertThat(run.awaitEnd(FAILED_WITHIN)).isNotZero();

            assertThat(run.output()).contains("postgres");
        }
    }
}
