package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Letters as the services store them; each test's have a reason of their own. */
class DeadLetterApiTest {

    private static final String PATH = "/api/admin/dead-letters";
    private static final String OPERATOR = GatewayUnderTest.OPERATOR_TOKEN;
    private static final byte[] VALUE = "sealed, typed by a user".getBytes(StandardCharsets.UTF_8);

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final String reason = "reason-" + UUID.randomUUID();

    /** The letters' partitions and offsets are those of a record that this test has made up. */
    private long offset = Math.abs(UUID.randomUUID().getMostSignificantBits() / 2);

    @Test
    void redrivesARecordOnceWithTheBytesThatItHad() throws Exception {
        UUID user = gateway.user().id();
        try (TestKafka log = gateway.log()) {
            store(log, "flow-stream", Topics.KEYSTROKES, user, VALUE);
            offset--; // the same record again, as after an aborted transaction
            store(log, "flow-stream", Topics.KEYSTROKES, user, VALUE);
            List<JsonNode> letters = list("");
            assertThat(letters)
                    .hasSize(2)
                    .allMatch(letter -> letter.path("state").asString().equals("open"));
            String path = PATH + "/" + letters.getFirst().path("id").asString();

            Api.Answer first = api.post(path + "/redrive", OPERATOR, "");

            assertThat(first.status()).as(first.toString()).isEqualTo(200);
            assertThat(first.json().path("redriven_before").asBoolean()).isFalse();
            assertThat(log.values(Topics.KEYSTROKES, user.toString(), 1)).containsExactly(VALUE);
            assertThat(list(""))
                    .allMatch(letter -> letter.path("state").asString().equals("redriven"));
            for (JsonNode letter : letters) {
                assertThat(api.post(PATH + "/" + letter.path("id").asString() + "/redrive", OPERATOR, "")
                                .json()
                                .path("redriven_before")
                                .asBoolean())
                        .isTrue();
            }
            // Behind anything that was redriven twice, in the same partition.
            log.append(Topics.KEYSTROKES.name(), user, new byte[] {1});
            Eventually.holds(() ->
                    gateway.count("SELECT count(*) FROM gateway.outbox WHERE record_key = ?", user.toString()) == 0);
            assertThat(log.values(Topics.KEYSTROKES, user.toString(), 2)).containsExactly(VALUE, new byte[] {1});
        }
    }

    @Test
    void showsNothingOfTheUser() {
        UUID user = gateway.user().id();
        try (TestKafka log = gateway.log()) {
            store(log, "flow-stream", Topics.KEYSTROKES, user, VALUE);
        }
        JsonNode listed = list("").getFirst();
        Api.Answer shown = api.get(PATH + "/" + listed.path("id").asString(), OPERATOR);

        assertThat(shown.json()).isEqualTo(listed);
        assertThat(shown.json().propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "component",
                        "topic",
                        "partition",
                        "offset",
                        "reason",
                        "failed_at",
                        "value_bytes",
                        "state");
        assertThat(shown.json().path("value_bytes").asInt()).isEqualTo(VALUE.length);
        assertThat(shown.toString()).doesNotContain(user.toString()).doesNotContain("typed");
    }

    @Test
    void refusesWhatWouldHaveNoEffectOrAWrongOne() throws Exception {
        Api.User ada = gateway.user();
        UUID erased = gateway.user().id();
        try (Connection connection = gateway.connection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, erased);
            connection.commit();
        }
        try (TestKafka log = gateway.log()) {
            store(log, "flow-stream", Topics.KEYSTROKES, erased, VALUE);
            store(log, "flow-stream", Topics.SESSIONS, ada.id(), VALUE);
            store(log, "flow-stream", Topics.TEAM_CONTRIBUTIONS, ada.id(), VALUE);
            store(log, "flow-stream", Topics.KEYSTROKES, ada.id(), null);
            store(log, "projection-service", Topics.KEYSTROKES, ada.id(), VALUE);
            store(log, "webhooks", Topics.TEAM_ALERTS, ada.id(), VALUE);
        }
        Eventually.holds(() -> list("").stream()
                .anyMatch(letter -> letter.path("state").asString().equals("erased")));
        for (JsonNode letter : list("")) {
            Api.Answer refused = api.post(PATH + "/" + letter.path("id").asString() + "/redrive", OPERATOR, "");
            if (letter.path("state").asString().equals("erased")) {
                refused.isProblem(410, "account-erased");
            } else {
                refused.isProblem(409, "not-redrivable");
                assertThat(refused.text("detail"))
                        .isEqualTo(letter.path("obstacle").asString());
            }
        }
        JsonNode all = redriveAll("");
        assertThat(all.path("redriven").asInt()).isZero();
        assertThat(all.path("erased").asInt()).isOne();
        assertThat(all.path("not_redrivable").asInt()).isEqualTo(5);
    }

    @Test
    void redrivesAllThatMatchOverManyPages() {
        UUID user = gateway.user().id();
        try (TestKafka log = gateway.log()) {
            for (int i = 0; i < 3; i++) {
                store(log, "flow-stream", Topics.KEYSTROKES, user, VALUE);
                store(log, "flow-stream", Topics.FLOW_FEATURES, user, VALUE);
            }
        }
        assertThat(list("&topic=keystrokes")).hasSize(3);
        assertThat(list("&component=webhooks")).isEmpty();
        // One letter a page: cursors neither skip nor repeat.
        assertThat(list("&limit=1")).hasSize(6).doesNotHaveDuplicates();

        assertThat(redriveAll(", \"topic\": \"keystrokes\"").path("redriven").asInt())
                .isEqualTo(3);
        JsonNode rest = redriveAll("");
        assertThat(rest.path("redriven").asInt()).isEqualTo(3);
        assertThat(rest.path("redriven_before").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | ?limit=0 | 400 | limit",
                "GET | ?limit=201 | 400 | limit",
                "GET | ?cursor=1 | 400 | cursor",
                "GET | ?cursor=1-999999999999999999999 | 400 | cursor",
                "GET | /0-999999999999999999 | 404 | ",
                "GET | /99999-0 | 404 | ",
                "GET | /x | 404 | ",
                "POST | /x/redrive | 404 | ",
                "POST | /redrive | 400 | cursor",
            })
    void refusesHostileParameters(String method, String path, int status, @Nullable String field) {
        Api.Answer refused = method.equals("GET")
                ? api.get(PATH + path, OPERATOR)
                : api.post(PATH + path, OPERATOR, path.equals("/redrive") ? "{\"cursor\": \"1-1\"}" : "");
        refused.isProblem(status, status == 404 ? "not-found" : "invalid-request");
        if (field != null) {
            refused.withField(field);
        }
    }

    private void store(TestKafka log, String component, Topic<?> topic, UUID user, byte @Nullable [] value) {
        DeadLetter letter = DeadLetter.newBuilder()
                .setTopic(topic.name())
                .setPartition(0)
                .setOffset(offset++)
                .setComponent(component)
                .setReason(reason)
                .setFailedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .setKey(ByteBuffer.wrap(user.toString().getBytes(StandardCharsets.UTF_8)))
                .setValue(value == null ? null : ByteBuffer.wrap(value))
                .build();
        log.append(Topics.DEAD_LETTERS.name(), user, log.encode(Topics.DEAD_LETTERS, letter));
    }

    /** Returns this test's letters from all pages. */
    private List<JsonNode> list(String more) {
        List<JsonNode> letters = new ArrayList<>();
        Set<String> cursors = new HashSet<>();
        @Nullable String cursor = null;
        do {
            JsonNode page = api.get(
                            PATH + "?reason=" + reason + more + (cursor == null ? "" : "&cursor=" + cursor), OPERATOR)
                    .json();
            page.path("letters").forEach(letters::add);
            cursor = page.has("next_cursor") ? page.path("next_cursor").asString() : null;
            assertThat(cursor == null || cursors.add(Objects.requireNonNull(cursor)))
                    .as("each page continues")
                    .isTrue();
        } while (cursor != null);
        return letters;
    }

    /** Returns the sums of all steps of a run. */
    private JsonNode redriveAll(String more) {
        var sums = new tools.jackson.databind.json.JsonMapper().createObjectNode();
        String cursor = "";
        do {
            Api.Answer step =
                    api.post(PATH + "/redrive", OPERATOR, "{\"reason\": \"" + reason + "\"" + more + cursor + "}");
            assertThat(step.status()).as(step.toString()).isEqualTo(200);
            for (String name : List.of("redriven", "redriven_before", "erased", "not_redrivable", "newer")) {
                sums.put(name, sums.path(name).asInt() + step.json().path(name).asInt());
            }
            cursor = step.json().has("cursor") ? ", \"cursor\": \"" + step.text("cursor") + "\"" : "";
        } while (!cursor.isEmpty());
        return sums;
    }
}
