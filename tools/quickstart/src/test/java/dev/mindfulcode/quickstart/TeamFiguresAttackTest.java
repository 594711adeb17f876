package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lead who did not consent watches their team over every interface while one colleague types. */
@Timeout(600)
class TeamFiguresAttackTest {

    private static final String RUN = "<run>";

    /**
     * Every interface that shows anything about a team, for a GET. Webhooks send the alerts that {@code alerts} lists.
     */
    private static final List<String> INTERFACES = List.of(
            "/api/teams",
            "<team>",
            "<team>/members",
            "<team>/analytics?size=five_minutes",
            "<team>/analytics?size=hour",
            "<team>/analytics?size=day",
            "<team>/analytics?size=five_minutes&limit=1",
            "<team>/insights?window=week",
            "<team>/insights?window=two_weeks",
            "<team>/insights?window=four_weeks",
            "<team>/alerts",
            "/api/analytics",
            "/api/analytics/" + RUN,
            "/api/analytics/" + RUN + "/export?format=csv",
            "/api/analytics/" + RUN + "/export?format=json");

    /** And those that push. */
    private static final List<String> STREAMS = List.of(
            "/ws",
            "/api/flow/stream",
            "/graphql?query=" + encoded("subscription { teamAlert { teamId at value } }"),
            "/api/analytics/" + RUN + "/progress");

    private static final String QUERY =
            "{\"query\": \"{ teams { teamId plan memberCount members { userId joinedAt } } }\"}";

    private final SharedSystem system = SharedSystem.get();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Set<String>> seen = new LinkedHashMap<>();

    @Test
    void revealsNoLiveActivityToLeads() throws Exception {
        TestUser lead = TestUser.register(system.origin());
        TestTeam team = TestTeam.createdBy(lead, system);
        List<TestUser> colleagues = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            TestUser colleague = TestUser.register(system.origin());
            colleagues.add(colleague);
        }
        consentYesterday(team, colleagues);
        TestUser watched = colleagues.getLast();
        lead.post(team.path() + "/alerts", """
                {"indicator": "falling_flow", "threshold": 0.1, "window": "week", "channel": "live"}""");
        String run = run(lead, team);

        try (Consumer<UUID, byte[]> contributions = contributions();
                LiveSocket socket = new LiveSocket(lead, system.origin())) {
            List<List<String>> pushed = new ArrayList<>();
            for (String stream : STREAMS.subList(1, STREAMS.size())) {
                pushed.add(listen(lead, stream.replace(RUN, run)));
            }
            Instant minute = Instant.now();
            for (TestUser colleague : colleagues.subList(0, 5)) {
                type(colleague, colleague.startSession(), 0, 30, minute);
            }
            Map<UUID, Integer> published = new HashMap<>();
            Eventually.holds("five colleagues' typing is in the stream", () -> {
                count(contributions, team.id(), published);
                return colleagues.subList(0, 5).stream().allMatch(one -> published.containsKey(one.id));
            });
            poll(lead, team, run);
            UUID session = watched.startSession();
            // The second batch shows that what the first one changed has come through: contributions go out in turn.
            for (int sequence = 0; sequence < 2; sequence++) {
                type(watched, session, sequence, sequence == 0 ? 37 : 5, minute.plusSeconds(10L * sequence));
                int before = published.getOrDefault(watched.id, 0);
                Eventually.holds("the colleague's typing is in the stream", () -> {
                    poll(lead, team, run);
                    count(contributions, team.id(), published);
                    return published.getOrDefault(watched.id, 0) > before;
                });
            }
            poll(lead, team, run);

            assertThat(seen).hasSize(INTERFACES.size() + 1);
            assertThat(seen)
                    .allSatisfy((path, answers) -> assertThat(answers)
                            .as(path)
                            .hasSize(1)
                            .noneMatch(answer ->
                                    answer.contains("\"active_seconds\"") || answer.contains("\"active_ms\"")));
            assertThat(pushed).hasSize(STREAMS.size() - 1);
            assertThat(pushed)
                    .allSatisfy(events -> assertThat(String.join("", events))
                            .doesNotContain("team_alert", "teamAlert", "\"records\":1"));
            for (String type : List.of("team_alert", "flow_state_update", "session_update", "notification")) {
                assertThat(socket.received(type)).isEmpty();
            }
        }
    }

    @Test
    void releasesEachWindowOnce() throws Exception {
        TestUser lead = TestUser.register(system.origin());
        TestTeam team = TestTeam.createdBy(lead, system);
        String run = run(lead, team);
        Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(30));
        publish(
                window(team, hour, 1, false, 26, 1_000),
                window(team, hour, 2, true, 26, 1_037),
                window(team, hour, 3, true, 27, 1_074),
                window(team, hour.plus(Duration.ofHours(1)), 1, true, 3, 555),
                window(team, hour.plus(Duration.ofHours(2)), 1, true, 29, 2_000));
        String analytics = team.path() + "/analytics?size=hour";
        Eventually.holds(
                "the last window is read", () -> lead.get(analytics).body().contains("2000"));
        Eventually.holds(
                "the last window is folded",
                () -> lead.get("/api/analytics/" + run).body().contains("2000000"));
        poll(lead, team, run);

        String read = lead.get(analytics).body();
        assertThat(read).contains("1037").doesNotContain("1074", "1000", "555", "version", "\"closed\":false");
        assertThat(TestUser.JSON.readTree(read).path("windows"))
                .hasSize(2)
                .allSatisfy(window -> assertThat(window.path("members").asInt())
                        .as("in steps of five")
                        .isEqualTo(25));
        assertThat(seen)
                .allSatisfy((path, answers) -> assertThat(answers)
                        .as(path)
                        .noneMatch(answer -> answer.contains("1074") || answer.contains("555")));
    }

    private void poll(TestUser lead, TestTeam team, String run) throws Exception {
        for (String path : INTERFACES) {
            HttpResponse<String> answer =
                    lead.get(path.replace("<team>", team.path()).replace(RUN, run));
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            seen.computeIfAbsent(path, _ -> new LinkedHashSet<>())
                    .add(answer.headers().firstValue("Content-Type").orElse("") + answer.body());
        }
        seen.computeIfAbsent("POST /graphql", _ -> new LinkedHashSet<>())
                .add(lead.post("/graphql", QUERY).body());
    }

    /** A run of a plugin that writes down each window that it is given, for as long as there are new ones. */
    private String run(TestUser lead, TestTeam team) throws Exception {
        byte[] module = Files.readAllBytes(Path.of(
                "..",
                "..",
                "api-gateway",
                "src",
                "test",
                "resources",
                "dev",
                "mindfulcode",
                "apigateway",
                "team-rows.wasm"));
        String plugin = TestUser.JSON
                .readTree(lead.post("/api/plugins", """
                        {"manifest": {"abi_version": 1, "name": "team-rows", "version": "1.0.0", "scope": "team",
                         "capabilities": ["team_windows", "emit_results"]}, "module": "%s"}
                        """.formatted(
                                        Base64.getEncoder().encodeToString(module)))
                        .body())
                .path("plugin_id")
                .asString();
        lead.put("/api/plugins/" + plugin + "/install", "{\"capabilities\": [\"team_windows\", \"emit_results\"]}");
        String run = TestUser.JSON
                .readTree(lead.post(
                                "/api/analytics", "{\"plugin\": \"team-rows\", \"scope\": \"team:" + team.id() + "\"}")
                        .body())
                .path("run_id")
                .asString();
        Eventually.holds(
                "the run is live",
                () -> lead.get("/api/analytics/" + run).body().contains("\"status\":\"live\""));
        return run;
    }

    private List<String> listen(TestUser user, String path) throws Exception {
        HttpResponse<InputStream> response = http.send(
                HttpRequest.newBuilder(system.origin().resolve(path))
                        .header("Authorization", "Bearer " + user.token)
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        List<String> events = new CopyOnWriteArrayList<>();
        Thread.ofVirtual().start(() -> {
            byte[] buffer = new byte[8_192];
            try (InputStream body = response.body()) {
                for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                    events.add(new String(buffer, 0, read, StandardCharsets.UTF_8));
                }
            } catch (java.io.IOException e) {
                // The test is over.
            }
        });
        return events;
    }

    private static String encoded(String query) {
        return java.net.URLEncoder.encode(query, StandardCharsets.UTF_8);
    }

    /** Publishes what the gateway would have published a day ago: consent counts from the next day (UTC) on. */
    private void consentYesterday(TestTeam team, List<TestUser> members) throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        String encryptionKey = system.folder().secrets().orElseThrow().encryptionKey();
        try (SealedEvents<AccountEvent> accounts =
                        new SealedEvents<>(Topics.ACCOUNTS, new SchemaRegistry(system.registryUrl(), true));
                PostgresUserKeys keys = PostgresUserKeys.open(
                        PostgresUrl.parse(system.databaseUrl()).dataSource(), KeyEncryptionKey.parse(encryptionKey));
                KafkaProducer<UUID, byte[]> producer = producer()) {
            for (TestUser member : members) {
                AccountEvent joined = AccountEvent.newBuilder()
                        .setKind(AccountEventKind.JOINED_TEAM)
                        .setAt(yesterday)
                        .setTeamId(team.id())
                        .setTeamViewer(false)
                        .build();
                AccountEvent consented = AccountEvent.newBuilder()
                        .setKind(AccountEventKind.CONSENT_CHANGED)
                        .setAt(yesterday)
                        .setTeamId(team.id())
                        .setTeamConsent(true)
                        .build();
                for (AccountEvent event : List.of(joined, consented)) {
                    byte[] value = accounts.seal(event, keys.find(member.id).orElseThrow());
                    producer.send(new ProducerRecord<>(Topics.ACCOUNTS.name(), member.id, value))
                            .get();
                }
            }
        }
    }

    private KafkaProducer<UUID, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", system.bootstrapServers()),
                new UUIDSerializer(),
                new ByteArraySerializer());
    }

    private static void type(TestUser user, UUID session, int sequence, int keystrokes, Instant at) throws Exception {
        assertThat(user.post("/api/keystrokes", TestUser.batch(session, sequence, keystrokes, at))
                        .statusCode())
                .isEqualTo(202);
    }

    private Consumer<UUID, byte[]> contributions() {
        KafkaConsumer<UUID, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", system.bootstrapServers(), "isolation.level", "read_committed"),
                new UUIDDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.TEAM_CONTRIBUTIONS.name()).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** Counts the contributions of each member to a team's day. */
    private void count(Consumer<UUID, byte[]> contributions, UUID team, Map<UUID, Integer> published) {
        try (var values = Topics.TEAM_CONTRIBUTIONS
                .valueSerde(new SchemaRegistry(system.registryUrl(), true))
                .deserializer()) {
            for (ConsumerRecord<UUID, byte[]> record : contributions.poll(Duration.ofMillis(50))) {
                if (team.equals(record.key())) {
                    TeamContribution value = values.deserialize(record.topic(), record.value());
                    if (value.getSizeCode() == 3) {
                        published.merge(value.getUserId(), 1, Integer::sum);
                    }
                }
            }
        }
    }

    private void publish(TeamWindow... windows) throws Exception {
        try (KafkaProducer<UUID, byte[]> producer = producer();
                var values = Topics.TEAM_FLOW
                        .valueSerde(new SchemaRegistry(system.registryUrl(), true))
                        .serializer()) {
            for (TeamWindow window : windows) {
                producer.send(new ProducerRecord<>(
                                Topics.TEAM_FLOW.name(),
                                window.getTeamId(),
                                values.serialize(Topics.TEAM_FLOW.name(), window)))
                        .get();
            }
        }
    }

    private static TeamWindow window(
            TestTeam team, Instant start, long version, boolean closed, int members, long activeSeconds) {
        return TeamWindow.newBuilder()
                .setTeamId(team.id())
                .setSize(TeamWindowSize.HOUR)
                .setWindowStart(start)
                .setVersion(version)
                .setClosed(closed)
                .setMembersMin(3)
                .setMembers(members)
                .setActiveSeconds(activeSeconds)
                .setActiveSecondsMargin(60L)
                .setKeystrokesAMemberMax(0)
                .setSecondsAMemberMax(14_400)
                .setInterruptionsAMemberMax(8)
                .build();
    }
}
