package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** From keystrokes to a deletion and beyond, through the public API. */
class DeletedSessionTest {

    private final SharedSystem system = SharedSystem.get();

    @Test
    void deletesSessionsForGoodDespiteLateKeystrokes() throws Exception {
        TestUser ada = TestUser.register(system.origin());
        UUID retained = ada.startSession();
        UUID unwanted = ada.startSession();
        ada.type(retained, 0, 30);
        ada.type(unwanted, 0, 200);
        Eventually.holds("both sessions' minutes", () -> keystrokes(ada) == 230);

        HttpResponse<String> deleted = ada.delete("/api/sessions/" + unwanted);
        assertThat(deleted.statusCode()).isEqualTo(204);
        String readAfter = deleted.headers().firstValue("X-Read-After").orElseThrow();
        assertThat(keystrokes(ada.get("/api/flow/minutes", readAfter))).isEqualTo(30);
        assertThat(ada.get("/api/sessions/history", readAfter).get("sessions"))
                .singleElement()
                .satisfies(session ->
                        assertThat(session.get("session_id").asString()).isEqualTo(retained.toString()));

        ada.type(unwanted, 1, 100);
        ada.type(retained, 1, 20);
        Eventually.holds(
                "what was typed elsewhere since", () -> ada.keystrokesCounted() == 50 && keystrokes(ada) == 50);
        assertThat(ada.get("/api/sessions/" + unwanted).statusCode()).isEqualTo(404);
    }

    private static long keystrokes(TestUser user) throws Exception {
        return keystrokes(TestUser.JSON.readTree(user.get("/api/flow/minutes").body()));
    }

    private static long keystrokes(JsonNode answer) {
        long keystrokes = 0;
        for (JsonNode minute : answer.get("minutes")) {
            keystrokes += minute.get("keystrokes").asLong();
        }
        return keystrokes;
    }
}
