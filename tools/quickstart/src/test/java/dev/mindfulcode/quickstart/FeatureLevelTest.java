package dev.mindfulcode.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A user at the level {@code features}, through the whole system. */
@Timeout(600)
class FeatureLevelTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int REPORTS = 400;
    private static final int KEYSTROKES_PER_REPORT = 25;
    private static final int REPORTS_PER_UPLOAD = 100;
    private static final int DETECTED_KEYSTROKES = 60;

    private final SharedSystem system = SharedSystem.get();

    @Test
    void worksWithoutAKeystrokeInAnyTopic() throws Exception {
        TestUser user = TestUser.register(system.origin());
        assertThat(user.put("/api/privacy/settings", "{\"collection_level\": \"features\"}")
                        .statusCode())
                .isEqualTo(200);
        UUID session = user.startSession();
        assertThat(user.post("/api/keystrokes", TestUser.batch(session, 0, 10)).statusCode())
                .isEqualTo(403);
        Instant begun = Instant.now().minus(40, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MINUTES);

        String token = "";
        for (int from = 0; from < REPORTS; from += REPORTS_PER_UPLOAD) {
            HttpResponse<String> response = user.post("/api/features", upload(session, from, begun));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
            assertThat(TestUser.JSON.readTree(response.body()).path("accepted").asInt())
                    .isEqualTo(REPORTS_PER_UPLOAD);
            token = response.headers().firstValue("X-Read-After").orElseThrow();
        }

        // A system that has just started may need longer than a read waits.
        Eventually.passes(TIMEOUT, () -> assertThat(user.keystrokesCounted()).isPositive());
        JsonNode read = user.get("/api/sessions/" + session, token);
        assertThat(read.path("keystrokes").asInt()).isEqualTo(REPORTS * KEYSTROKES_PER_REPORT);
        assertThat(read.path("active_ms").asInt()).isEqualTo(REPORTS * 5_000);
        assertThat(read.path("flow_ms").asLong()).isPositive();
        String span = "?from=" + begun + "&to=" + begun.plus(40, ChronoUnit.MINUTES);
        long inMinutes = 0;
        for (JsonNode minute : user.get("/api/flow/minutes" + span, token).path("minutes")) {
            inMinutes += minute.path("keystrokes").asLong();
        }
        assertThat(inMinutes).isEqualTo(REPORTS * KEYSTROKES_PER_REPORT);
        assertThat(user.get("/api/flow/periods" + span, token).path("periods")).isNotEmpty();

        // A client without scores of its own: the same detection twice, between the reports and the next.
        String detection = detection(session, begun.plusSeconds(5L * REPORTS + 30));
        HttpResponse<String> first = user.post("/api/flow/detect", detection);
        HttpResponse<String> again = user.post("/api/flow/detect", detection);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        String both = again.headers().firstValue("X-Read-After").orElseThrow();
        assertThat(user.get("/api/sessions/" + session, both).path("keystrokes").asInt())
                .isEqualTo(REPORTS * KEYSTROKES_PER_REPORT + DETECTED_KEYSTROKES);
        inMinutes = 0;
        for (JsonNode minute : user.get("/api/flow/minutes" + span, both).path("minutes")) {
            inMinutes += minute.path("keystrokes").asLong();
        }
        assertThat(inMinutes).isEqualTo(REPORTS * KEYSTROKES_PER_REPORT + DETECTED_KEYSTROKES);

        // Keys of records are the text of the user's id.
        Set<String> found =
                new DiskScanner(system).filesWith(List.of(user.id.toString().getBytes(UTF_8)));
        assertThat(found).anyMatch(file -> file.contains("flow-features-"));
        assertThat(found).noneMatch(file -> file.contains("keystrokes-"));
    }

    private static String detection(UUID session, Instant endedAt) {
        return """
                {"flow_data": {"session_id": "%s", "sequence": %d, "timestamp": "%s", "keystroke_intervals": [%s]}}
                """.formatted(session, REPORTS, endedAt, "180,".repeat(DETECTED_KEYSTROKES - 1) + "150");
    }

    private static String upload(UUID session, int from, Instant begun) {
        StringBuilder reports = new StringBuilder();
        for (int i = from; i < from + REPORTS_PER_UPLOAD; i++) {
            reports.append(i == from ? "" : ",").append("""
                    {"report_id": "%s", "session_id": "%s", "sequence": %d, "started_at": %d, "duration_ms": 5000,
                    "keystrokes": %d, "errors": 1, "context_switches": 0, "lines": 1, "files_modified": 0,
                    "active_ms": 5000,
                    "scores": {"rhythm": 0.7, "focus": 0.95, "consistency": 0.6, "error_penalty": 0.1, "velocity": 0.6}}
                    """.formatted(
                            UUID.nameUUIDFromBytes((session + "/" + i).getBytes(UTF_8)),
                            session,
                            i,
                            begun.plusSeconds(5L * i).toEpochMilli(),
                            KEYSTROKES_PER_REPORT));
        }
        return "{\"sent_at\": " + System.currentTimeMillis() + ", \"reports\": [" + reports + "]}";
    }
}
