package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.Topics;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.junit.jupiter.api.Test;

/** Tests POST /api/features over HTTP with Kafka. */
class FeaturesEndpointTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @Test
    void storesReportEncryptedUnderItsUser() {
        HttpResponse<String> response = server.report(user, BatchJson.report(session, 7));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"accepted\":1,\"keystrokes\":25,\"moved\":[],\"rejected\":[]}");
        ConsumerRecord<UUID, byte[]> record = records().getFirst();
        assertThat(response.headers().firstValue("X-Read-After"))
                .hasValue(new ReadAfterToken("flow-features", record.partition(), record.offset()).text());
        FlowFeatures report = opened(record);
        assertThat(report.getSessionId()).isEqualTo(session);
        assertThat(report.getSequence()).isEqualTo(7);
        assertThat(report.getReceivedAt().toEpochMilli()).isEqualTo(record.timestamp());
        assertThat(report.getClamped()).isFalse();
        assertThat(report.getDurationMs()).isEqualTo(5_000);
        assertThat(report.getKeystrokes()).isEqualTo(25);
        assertThat(report.getErrors()).isEqualTo(2);
        assertThat(report.getContextSwitches()).isEqualTo(1);
        assertThat(report.getFocusLosses()).isZero();
        assertThat(report.getLines()).isZero();
        assertThat(report.getFilesModified()).isZero();
        assertThat(report.getActiveMs()).isEqualTo(4_800);
        assertThat(List.of(
                        report.getRhythm(),
                        report.getFocus(),
                        report.getConsistency(),
                        report.getErrorPenalty(),
                        report.getVelocity()))
                .containsExactly(0.5f, 0.75f, 1f, 0.125f, 0.625f);
        assertThat(server.stored(user).size()).as("keystrokes").isZero();
    }

    @Test
    void namesTheFieldAtFault() {
        Map<String, BatchJson> invalid = new LinkedHashMap<>();
        for (String field : List.of(
                "report_id",
                "session_id",
                "sequence",
                "started_at",
                "duration_ms",
                "keystrokes",
                "errors",
                "context_switches",
                "files_modified",
                "active_ms",
                "scores")) {
            invalid.put(field, report().without(field));
        }
        invalid.forEach(this::assertInvalid);
        for (String field : List.of("keystrokes", "errors", "context_switches", "files_modified")) {
            assertInvalid(field, report().with(field, "6001"));
            assertInvalid(field, report().with(field, "-1"));
            assertInvalid(field, report().with(field, "1.5"));
        }
        assertInvalid("duration_ms", report().with("duration_ms", "60001"));
        assertInvalid("active_ms", report().with("active_ms", "5001"));
        assertInvalid("active_ms", report().with("keystrokes", "0"));
        assertInvalid("focus_losses", report().with("focus_losses", "2"));
        assertInvalid("focus_losses", report().with("focus_losses", "-1"));
        assertInvalid("lines", report().with("lines", "26"));
        assertInvalid("scores", report().with("scores", "[0.5]"));
        assertInvalid("scores.focus", report().with("scores", BatchJson.scores("1.01")));
        assertInvalid("scores.focus", report().with("scores", BatchJson.scores("-0.01")));
        assertInvalid("scores.focus", report().with("scores", BatchJson.scores("\"0.5\"")));
        assertInvalid("scores.focus", report().with("scores", BatchJson.scores("1e999")));
        assertInvalid("scores.focus", report().with("scores", BatchJson.scores("0.5,\"focus\":0.5")));
        assertInvalid(
                "scores.velocity",
                report().with("scores", "{\"rhythm\":0,\"focus\":0,\"consistency\":0,\"error_penalty\":0}"));
        assertInvalid("scores.speed", report().with("scores", "{\"speed\":1}"));
        assertInvalid("intervals_ms", report().with("intervals_ms", "[100]"));
        assertThat(records()).isEmpty();
    }

    @Test
    void acceptsLinesAndLossesOfFocus() {
        HttpResponse<String> response =
                server.report(user, report().with("focus_losses", "1").with("lines", "25"));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        FlowFeatures report = opened(records().getLast());
        assertThat(report.getFocusLosses()).isEqualTo(1);
        assertThat(report.getLines()).isEqualTo(25);
    }

    private void assertInvalid(String field, BatchJson report) {
        HttpResponse<String> response = server.report(user, report);
        assertThat(response.statusCode()).as(report.toString()).isEqualTo(400);
        assertThat(response.body()).contains("/invalid-batch\"", "\"field\":\"" + field + "\"");
    }

    @Test
    void answersWithAVerdictForEachReport() {
        String foreign =
                BatchJson.report(server.newSession(server.newUser()), 0).toString();
        String body = "{\"sent_at\":" + System.currentTimeMillis() + ",\"reports\":["
                + report() + "," + report().with("errors", "-5") + "," + foreign + ","
                + BatchJson.report(session, 1) + "]}";

        HttpResponse<String> response = server.report(user, body);

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body())
                .startsWith("{\"accepted\":2,\"keystrokes\":50,")
                .contains("{\"index\":1,", "\"field\":\"errors\",\"detail\":\"is -5; must be from 0 to 6000\"")
                .contains("{\"index\":2,", "unknown-session");
        assertThat(records()).hasSize(2);
    }

    @Test
    void movesReportsOfAWrongClock() {
        long aDayAhead = System.currentTimeMillis() + Duration.ofDays(1).toMillis();
        HttpResponse<String> response = server.report(
                user,
                "{\"reports\":[" + report().with("started_at", Long.toString(aDayAhead)) + ","
                        + report().with("sequence", "1").with("started_at", Long.toString(aDayAhead + 6_000)) + "]}");

        assertThat(response.body()).contains("\"batches\":2", "\"reason\":\"future\"");
        List<FlowFeatures> reports = records().stream().map(this::opened).toList();
        assertThat(reports).allMatch(FlowFeatures::getClamped);
        assertThat(Duration.between(
                        reports.get(0).getStartedAt(), reports.get(1).getStartedAt()))
                .isEqualTo(Duration.ofSeconds(6));
        assertThat(reports.get(1).getStartedAt().plusMillis(5_000))
                .isEqualTo(reports.get(1).getReceivedAt());
    }

    @Test
    void refusesReportsAtLevelLocalOnly() {
        server.setLevel(user, CollectionLevel.FEATURES);
        assertThat(server.report(user, report()).statusCode()).isEqualTo(202);

        server.setLevel(user, CollectionLevel.LOCAL);
        HttpResponse<String> refused = server.report(user, report());

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("collection_level is local, which allows no features");
        assertThat(records()).hasSize(1);
    }

    @Test
    void limitsReportsAndFormats() {
        String many = "[" + (report() + ",").repeat(100) + report() + "]";
        assertThat(server.report(user, many).statusCode()).isEqualTo(413);
        assertThat(server.report(user, "[]").statusCode()).isEqualTo(400);
        assertThat(server.report(user, "{\"batches\":[]}").body()).contains("\"field\":\"batches\"");
        HttpResponse<String> avro = server.send(server.request(user)
                .uri(server.uri("/api/features"))
                .setHeader("Content-Type", "application/avro")
                .POST(BodyPublishers.ofByteArray(new byte[10])));
        assertThat(avro.statusCode()).isEqualTo(415);
        assertThat(avro.body()).contains("Content-Type must be application/json");
    }

    private BatchJson report() {
        return BatchJson.report(session, 0);
    }

    private FlowFeatures opened(ConsumerRecord<UUID, byte[]> record) {
        try (SealedEvents<FlowFeatures> events = new SealedEvents<>(Topics.FLOW_FEATURES, server.registry)) {
            if (events.open(user, record.value(), server.keys::find)
                    instanceof Opened.Event<FlowFeatures>(FlowFeatures report)) {
                return report;
            }
            throw new AssertionError("not an event");
        }
    }

    private List<ConsumerRecord<UUID, byte[]>> records() {
        List<ConsumerRecord<UUID, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<UUID, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.bootstrapServers, "auto.offset.reset", "earliest"),
                new UUIDDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.FLOW_FEATURES.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<UUID, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(user)) {
                        records.add(record);
                    }
                }
            }
        }
        return records;
    }
}
