package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CalendarApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void showsFlowAndBestHoursToEverybodyWithTheAddress() {
        HistoryWriter past = new HistoryWriter(gateway, ada);
        past.weeks(6);
        UUID session = UUID.randomUUID();
        past.period(session, HistoryWriter.at(1, 7), 34, "idle");
        past.period(UUID.randomUUID(), HistoryWriter.at(40, 7), 34, "idle");
        past.write();
        assertThat(api.get("/api/calendar", ada.token())
                        .json()
                        .path("created_at")
                        .isNull())
                .isTrue();
        Answer created = api.post("/api/calendar", ada.token(), "");
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");

        Answer feed = api.get(created.text("address"), null);

        assertThat(feed.status()).isEqualTo(200);
        assertThat(feed.header("Content-Type")).isEqualTo("text/calendar;charset=UTF-8");
        String calendar = new String(feed.body(), StandardCharsets.UTF_8);
        assertThat(calendar).startsWith("BEGIN:VCALENDAR\r\n").endsWith("END:VCALENDAR\r\n");
        String unfolded = calendar.replace("\r\n ", "");
        assertThat(unfolded)
                .contains("UID:flow-" + HistoryWriter.at(1, 7).toEpochMilli() + "-" + session)
                .doesNotContain("UID:flow-" + HistoryWriter.at(40, 7).toEpochMilli())
                .contains("SUMMARY:Best hours for focus")
                .doesNotContain(ada.id().toString());
        assertThat(api.get("/api/calendar", ada.token()).text("created_at")).isEqualTo(created.text("created_at"));
    }

    @Test
    void endsAnAddressWithTheNextOneAndWithItsDeletion() {
        String first = api.post("/api/calendar", ada.token(), "").text("address");
        String second = api.post("/api/calendar", ada.token(), "").text("address");
        String others = api.post("/api/calendar", gateway.user().token(), "").text("address");
        api.get(first, null).isProblem(404, "not-found");
        assertThat(api.get(second, null).status()).isEqualTo(200);
        assertThat(api.delete("/api/calendar", ada.token()).status()).isEqualTo(204);
        api.get(second, null).isProblem(404, "not-found");
        assertThat(api.get(others, null).status()).as("of another user").isEqualTo(200);
        for (String key : new String[] {"", "?key=", "?key=" + "x".repeat(43), "?key=" + "x".repeat(5_000)}) {
            api.get("/api/calendar.ics" + key, null).isProblem(404, "not-found");
        }
    }
}
