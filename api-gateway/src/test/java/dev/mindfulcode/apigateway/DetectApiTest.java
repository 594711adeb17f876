package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.ModelKind;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DetectApiTest {

    private static final String FULL = """
            {"session_id": "s", "keystroke_intervals": [%s], "context_switches": 1, "error_events": 2,
             "window_focus_duration": 30000, "file_modifications": 1, "timestamp": 1767225600000,
             "typing_velocity": 220.5, "pause_patterns": [1200, 3000]}""";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    private static String intervals(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "" + (100 + i * 37 % 120))
                .collect(Collectors.joining(","));
    }

    @Test
    void usesThePreferredSensitivityUnlessTheRequestHasItsOwn() {
        String data = "{\"flow_data\": {\"keystroke_intervals\": [%s], \"context_switches\": 6},"
                + " \"history\": {\"present_minutes\": 20}%s}";
        String plain = data.formatted(intervals(300), "");
        prefer("{\"sensitivity\": 1}");
        assertThat(isInFlow(plain)).isTrue();
        assertThat(isInFlow(data.formatted(intervals(300), ", \"user_preferences\": {\"sensitivity_level\": 0}")))
                .isFalse();
        prefer("{\"sensitivity\": 0}");
        assertThat(isInFlow(plain)).isFalse();
    }

    @Test
    void isNotInFlowBelowTheIntensitiesOfTheHistory() {
        String data = "{\"flow_data\": {\"keystroke_intervals\": [%s]},"
                + " \"history\": {\"present_minutes\": %d, \"intensities\": [%s]},"
                + " \"user_preferences\": {\"sensitivity_level\": 0.5}}";
        String high = IntStream.range(0, 1_000).mapToObj(i -> "0.95").collect(Collectors.joining(","));
        String low = IntStream.range(0, 1_000).mapToObj(i -> "0.2").collect(Collectors.joining(","));
        assertThat(reason(data.formatted(intervals(300), 20, high))).isEqualTo("below_own_range");
        assertThat(reason(data.formatted(intervals(300), 20, low))).isEqualTo("null");
        assertThat(reason(data.formatted(intervals(300), 9, low))).isEqualTo("warming_up");
        api.post("/api/flow/detect", ada.token(), data.formatted(intervals(300), 20, "1.5"))
                .isProblem(400, "invalid-request")
                .withField("history.intensities[0]");
        api.post("/api/flow/detect", ada.token(), data.formatted(intervals(300), 1_441, low))
                .isProblem(400, "invalid-request")
                .withField("history.present_minutes");
    }

    /** Returns the reason as text, "null" in flow. */
    private String reason(String body) {
        JsonNode answer = api.post("/api/flow/detect", ada.token(), body).json();
        assertThat(answer.path("is_in_flow").asBoolean())
                .isEqualTo(answer.path("reason").isNull());
        return answer.path("reason").toString().replace("\"", "");
    }

    @Test
    void isNullWithoutAHistoryAndGoesToTheCallersLiveConnections() {
        UUID session = UUID.randomUUID();
        User bob = gateway.user();
        String body = "{\"flow_data\": {\"session_id\": \"%s\", \"keystroke_intervals\": [%s]}}";
        try (LiveWebSocketClient his = LiveWebSocketClient.connect(api, bob.token());
                LiveWebSocketClient hers = LiveWebSocketClient.connect(api, ada.token())) {
            Answer answer = api.post("/api/flow/detect", ada.token(), body.formatted(session, intervals(300)));
            assertThat(answer.json().path("is_in_flow").isNull()).isTrue();
            assertThat(answer.json().path("reason").asString()).isEqualTo("warming_up");
            assertThat(answer.json().path("data_amount").asString()).isEqualTo("some");

            JsonNode message =
                    hers.next(update -> update.path("type").asString().equals("flow_state_update"));
            assertThat(message.path("session_id").asString()).isEqualTo(session.toString());
            assertThat(message.path("flow_state").path("is_in_flow").isNull()).isTrue();
            assertThat(message.path("flow_state").path("flow_intensity"))
                    .isEqualTo(answer.json().path("flow_intensity"));

            api.post("/api/flow/detect", ada.token(), body.formatted("one", intervals(300)));
            JsonNode one = hers.next(update -> update.path("type").asString().equals("flow_state_update"));
            api.post("/api/flow/detect", ada.token(), body.formatted("other", intervals(300)));
            JsonNode other = hers.next(update -> update.path("type").asString().equals("flow_state_update"));
            assertThat(other.path("session_id"))
                    .as("ids that are no UUIDs make no sessions")
                    .isEqualTo(one.path("session_id"))
                    .isNotEqualTo(message.path("session_id"));

            UUID bobs = UUID.randomUUID();
            api.post("/api/flow/detect", bob.token(), body.formatted(bobs, intervals(300)));
            JsonNode toBob = his.next(update -> update.path("type").asString().equals("flow_state_update"));
            assertThat(toBob.path("session_id").asString())
                    .as("nothing of another user came before")
                    .isEqualTo(bobs.toString());
        }
    }

    /** Of a client that sends no keystrokes, detections are all that the read models get. */
    @Test
    void publishesADetectionWithASequenceAsOneReportOfFeatures() {
        UUID session = UUID.fromString(api.post("/api/sessions/start", ada.token(), "{}")
                .json()
                .path("session_id")
                .asString());
        String body = "{\"flow_data\": {\"session_id\": \"%s\", \"sequence\": %d, \"timestamp\": \"%s\","
                + " \"keystroke_intervals\": [%s], \"error_events\": 4, \"context_switches\": 2}}";
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String valid = body.formatted(session, 0, at, intervals(100));

        for (String level : List.of("full", "local")) {
            api.put("/api/privacy/settings", ada.token(), "{\"collection_level\": \"" + level + "\"}");
            api.post("/api/flow/detect", ada.token(), valid)
                    .isProblem(403, "not-collected")
                    .withField("flow_data.sequence");
        }
        api.put("/api/privacy/settings", ada.token(), "{\"collection_level\": \"features\"}");
        api.post("/api/flow/detect", gateway.user().token(), valid)
                .isProblem(404, "unknown-session")
                .withField("flow_data.session_id");
        api.post("/api/flow/detect", ada.token(), body.formatted("mine", 0, at, "100"))
                .isProblem(400, "invalid-request")
                .withField("flow_data.session_id");
        api.post("/api/flow/detect", ada.token(), body.formatted(session, 0, at.minus(Duration.ofDays(32)), "100"))
                .isProblem(400, "invalid-request")
                .withField("flow_data.timestamp");
        api.post("/api/flow/detect", ada.token(), body.formatted(session, 0, at, "50000,10001"))
                .isProblem(400, "invalid-request")
                .withField("flow_data");

        Answer first = api.post("/api/flow/detect", ada.token(), valid);
        assertThat(first.status()).isEqualTo(200);
        assertThat(ReadAfterToken.parse(first.header(ReadAfterToken.HEADER))).isNotNull();
        assertThat(api.post("/api/flow/detect", ada.token(), valid).status()).isEqualTo(200);
        try (TestKafka log = gateway.log()) {
            List<FlowFeatures> sent = log.read(Topics.FLOW_FEATURES, ada.id(), 2);
            assertThat(sent).hasSize(2);
            assertThat(sent.get(1).getReportId())
                    .as("the stream counts it once")
                    .isEqualTo(sent.get(0).getReportId());
            FlowFeatures report = sent.getFirst();
            assertThat(report.getSessionId()).isEqualTo(session);
            assertThat(report.getSequence()).isZero();
            assertThat(report.getStartedAt().plusMillis(report.getDurationMs())).isEqualTo(at);
            assertThat(report.getKeystrokes()).isEqualTo(100);
            assertThat(report.getErrors()).isEqualTo(4);
            assertThat(report.getContextSwitches()).isEqualTo(2);
            assertThat(report.getActiveMs()).isEqualTo(report.getDurationMs());
            assertThat(report.getRhythm())
                    .isEqualTo(first.json().at("/metrics/rhythm_score").floatValue());
        }
        assertThat(api.post(
                                "/api/flow/detect",
                                ada.token(),
                                body.replace("\"sequence\": %d, ", "").formatted(session, at, "100"))
                        .header(ReadAfterToken.HEADER))
                .as("stores nothing without a sequence")
                .isEmpty();
    }

    @Test
    void publishesChangedPreferencesAsAccountEvents() {
        assertThat(sensitivity(api.get("/api/account/preferences", ada.token())))
                .isEqualTo(0.5);
        assertThat(sensitivity(prefer("{\"sensitivity\": 0.9}"))).isEqualTo(0.9);
        assertThat(sensitivity(prefer("{}"))).isEqualTo(0.9);
        assertThat(sensitivity(api.get("/api/account/preferences", ada.token())))
                .isEqualTo(0.9);
        assertThat(sensitivity(prefer("{\"sensitivity\": null}"))).isEqualTo(0.5);
        for (String wrong : List.of("{\"sensitivity\": 1.01}", "{\"sensitivity\": \"high\"}")) {
            prefer(wrong).isProblem(400, "invalid-request").withField("sensitivity");
        }
        try (TestKafka log = gateway.log()) {
            assertThat(log.read(Topics.ACCOUNTS, ada.id(), 3))
                    .extracting(AccountEvent::getKind, AccountEvent::getSensitivity)
                    .containsExactly(
                            tuple(AccountEventKind.REGISTERED, null),
                            tuple(AccountEventKind.SETTINGS_CHANGED, 0.9f),
                            tuple(AccountEventKind.SETTINGS_CHANGED, 0.5f));
        }
    }

    private Answer prefer(String change) {
        return api.sendJson("PATCH", "/api/account/preferences", ada.token(), change);
    }

    private static double sensitivity(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json().path("sensitivity").doubleValue();
    }

    private boolean isInFlow(String body) {
        return api.post("/api/flow/detect", ada.token(), body)
                .json()
                .path("is_in_flow")
                .asBoolean();
    }

    @Test
    void fillsEveryFieldOfTheResponse() {
        String data = FULL.formatted(intervals(300));
        Answer answer = api.post("/api/flow/detect", ada.token(), """
                {"flow_data": %s, "user_preferences": {"sensitivity_level": 0.6, "notification_threshold": 0.5,
                 "focus_mode_enabled": true, "break_reminders_enabled": false}}""".formatted(data));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.json().propertyNames())
                .containsExactlyInAnyOrder(
                        "is_in_flow",
                        "reason",
                        "data_amount",
                        "flow_intensity",
                        "flow_duration_ms",
                        "confidence",
                        "recommendations",
                        "metrics",
                        "analysis_time_ms");
        answer.json()
                .path("metrics")
                .forEach(metric -> assertThat(metric.doubleValue()).isBetween(0.0, 1.0));
        assertThat(answer.json().path("metrics").size()).isEqualTo(5);
        assertThat(answer.json().path("flow_intensity").doubleValue()).isBetween(0.0, 1.0);
        assertThat(answer.json().path("confidence").doubleValue()).isBetween(0.0, 1.0);
        assertThat(answer.json().path("analysis_time_ms").doubleValue())
                .isPositive()
                .isLessThan(1_000);
        assertThat(answer.json().path("recommendations").size()).isPositive();

        Answer wrapped = api.post("/api/flow/detect", ada.token(), "{\"request\": {\"flow_data\": " + data + "}}");
        assertThat(wrapped.status()).isEqualTo(200);
        assertThat(wrapped.json().path("metrics")).isEqualTo(answer.json().path("metrics"));
    }

    /**
     * Above the lowest threshold messages should wait, and focus mode suppresses all other advice; below the highest
     * all the rest is.
     */
    @Test
    void preferencesSelectRecommendations() {
        assertThat(recommended("\"notification_threshold\": 0")).contains("messages can wait");
        assertThat(recommended("\"notification_threshold\": 1")).doesNotContain("messages can wait");
        assertThat(recommended("\"notification_threshold\": 0, \"focus_mode_enabled\": true"))
                .contains("messages can wait")
                .doesNotContain("smaller next step");
        assertThat(recommended("\"notification_threshold\": 1, \"break_reminders_enabled\": false"))
                .contains("smaller next step");
    }

    private String recommended(String preferences) {
        String body = ("{\"flow_data\": {\"keystroke_intervals\": [%s], \"error_events\": 90}, "
                        + "\"user_preferences\": {%s}}")
                .formatted(intervals(100), preferences);
        return api.post("/api/flow/detect", ada.token(), body)
                .json()
                .path("recommendations")
                .toString();
    }

    @Test
    void acceptsIntervalsOnly() {
        for (int count : new int[] {1, 2, 1_000}) {
            Answer answer = api.post(
                    "/api/flow/detect",
                    ada.token(),
                    "{\"flow_data\": {\"keystroke_intervals\": [" + intervals(count) + "]}}");
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | flow_data",
                "{\"flow_data\": []} | flow_data",
                "{\"flow_data\": {}} | flow_data.keystroke_intervals",
                "{\"request\": {\"flow_data\": {}}} | request.flow_data.keystroke_intervals",
                "{\"flow_data\": {\"keystroke_intervals\": []}} | flow_data.keystroke_intervals",
                "{\"flow_data\": {\"keystroke_intervals\": \"100\"}} | flow_data.keystroke_intervals",
                "{\"flow_data\": {\"keystroke_intervals\": [100, -1]}} | flow_data.keystroke_intervals[1]",
                "{\"flow_data\": {\"keystroke_intervals\": [100, \"1\"]}} | flow_data.keystroke_intervals[1]",
                "{\"flow_data\": {\"keystroke_intervals\": [100, null]}} | flow_data.keystroke_intervals[1]",
                "{\"flow_data\": {\"keystroke_intervals\": [1e300]}} | flow_data.keystroke_intervals[0]",
                "{\"flow_data\": {\"keystroke_intervals\": [99999999999]}} | flow_data.keystroke_intervals[0]",
                "{\"flow_data\": {\"keystroke_intervals\": [1], \"context_switches\": -1}}"
                        + " | flow_data.context_switches",
                "{\"flow_data\": {\"keystroke_intervals\": [1], \"error_events\": 1.5}} | flow_data.error_events",
                "{\"flow_data\": {\"keystroke_intervals\": [1], \"window_focus_duration\": true}}"
                        + " | flow_data.window_focus_duration",
                "{\"flow_data\": {\"keystroke_intervals\": [1], \"timestamp\": \"now\"}} | flow_data.timestamp",
                "{\"flow_data\": {\"keystroke_intervals\": [1], \"timestamp\": -5}} | flow_data.timestamp",
                "{\"flow_data\": {\"keystroke_intervals\": [1]}, \"user_preferences\":"
                        + " {\"sensitivity_level\": 2}} | user_preferences.sensitivity_level",
                "{\"flow_data\": {\"keystroke_intervals\": [1]}, \"user_preferences\":"
                        + " {\"focus_mode_enabled\": 1}} | user_preferences.focus_mode_enabled",
            })
    void namesTheInvalidField(String body, String field) {
        api.post("/api/flow/detect", ada.token(), body)
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @Test
    void rejectsTooManyIntervals() {
        api.post(
                        "/api/flow/detect",
                        ada.token(),
                        "{\"flow_data\": {\"keystroke_intervals\": [" + intervals(1_001) + "]}}")
                .isProblem(400, "invalid-request")
                .withField("flow_data.keystroke_intervals");
    }

    /** The model is taken away again, as other tests share the gateway. */
    @Test
    void usesThePublishedModelAndIgnoresADamagedOne() {
        float byBuiltIn = intensity();
        float chance = 0.125f;
        FlowModel model = ModelArtefact.constant(
                ModelInputs.HISTORY,
                "detect-test-1",
                0,
                new Calibration.Isotonic(new float[] {0.5f}, new float[] {chance}),
                new Thresholds(0.6f, 0.4f, 0.1f));
        PublishedModel published = PublishedModel.newBuilder()
                .setModelId(model.id())
                .setKind(ModelKind.LOGISTIC)
                .setArtefact(ByteBuffer.wrap(ModelArtefact.encode(model)))
                .setFeatureVersion(FlowModel.FEATURE_VERSION)
                .setCreatedAt(Instant.EPOCH)
                .build();
        byte[] whole = Topics.FLOW_MODELS
                .valueSerde(gateway.registry())
                .serializer()
                .serialize(Topics.FLOW_MODELS.name(), published);
        byte[] damaged = whole.clone();
        damaged[damaged.length - 8] ^= 1;
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, gateway.platform.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            try {
                activate(producer, whole);
                awaitIntensity(chance);
                activate(producer, damaged);
                activate(producer, "no model at all".getBytes(StandardCharsets.UTF_8));
            } finally {
                activate(producer, null);
            }
            // In one partition, in order: by now the damaged ones have been refused.
            awaitIntensity(byBuiltIn);
        }
    }

    private static void activate(KafkaProducer<String, byte[]> producer, byte @Nullable [] value) {
        producer.send(new ProducerRecord<>(Topics.FLOW_MODELS.name(), Topics.ACTIVE_MODEL, value));
        producer.flush();
    }

    private void awaitIntensity(float expected) {
        long deadlineNs = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (intensity() != expected) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadlineNs);
        }
    }

    private float intensity() {
        Answer answer = api.post(
                "/api/flow/detect", ada.token(), "{\"flow_data\": %s}".formatted(FULL.formatted(intervals(300))));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json().path("flow_intensity").floatValue();
    }
}
