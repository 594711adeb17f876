package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.benchmarks.load.GeneratedHistory.Part;
import dev.mindfulcode.cli.http.ApiClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GeneratedHistoryTest {

    private static final Instant ANCHOR = Instant.parse("2026-11-30T15:30:00Z");
    private static final int RECORDS_MAX = 500;

    private final GeneratedHistory history = new GeneratedHistory(0, ANCHOR.toEpochMilli());

    @Test
    void numbersTheRecordsOfEachTableOverAllParts() {
        List<Long> events = new ArrayList<>();
        List<Long> reports = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            collectNumbers(history.sessions(part, 3), events, reports);
        }
        assertThat(events).hasSize(600).isSorted().doesNotHaveDuplicates().startsWith(0L);
        assertThat(reports).hasSize(300).isSorted().doesNotHaveDuplicates().startsWith(0L);

        events.clear();
        reports.clear();
        for (int halfDay = 0; halfDay < 4; halfDay++) {
            collectNumbers(history.halfDay(halfDay, 4), events, reports);
        }
        assertThat(events).hasSize(8).isSorted().doesNotHaveDuplicates().startsWith(0L);
        assertThat(reports).hasSize(4 * 240).isSorted().doesNotHaveDuplicates().startsWith(0L);
    }

    @Test
    void isTheSameAtEachCallAndAnotherForEachAccount() {
        assertThat(history.sessions(1, 3)).isEqualTo(history.sessions(1, 3));
        assertThat(history.halfDay(1, 2)).isEqualTo(history.halfDay(1, 2));
        Part other = new GeneratedHistory(1, ANCHOR.toEpochMilli()).sessions(1, 3);
        assertThat(other.source()).isNotEqualTo(history.sessions(1, 3).source());
        assertThat(other.json()).isNotEqualTo(history.sessions(1, 3).json());
    }

    @Test
    void endsBeforeTheAnchorWithDaysThatBeginAtNineAndTwo() {
        List<Instant> starts = new ArrayList<>();
        for (int halfDay = 0; halfDay < 4; halfDay++) {
            JsonNode records =
                    ApiClient.json().readTree(history.halfDay(halfDay, 4).json());
            starts.add(Instant.parse(records.path(0).path("at").asString()));
            assertThat(Instant.parse(records.path(records.size() - 1).path("at").asString()))
                    .isBefore(ANCHOR);
        }
        assertThat(starts)
                .containsExactly(
                        Instant.parse("2026-11-28T09:00:00Z"),
                        Instant.parse("2026-11-28T14:00:00Z"),
                        Instant.parse("2026-11-29T09:00:00Z"),
                        Instant.parse("2026-11-29T14:00:00Z"));
        // The others precede the last year, so that no minute is in both.
        assertThat(Instant.ofEpochMilli(history.sessions(2, 3).lastMs()))
                .isBefore(Instant.parse("2025-11-30T15:30:00Z"));
    }

    private static void collectNumbers(Part part, List<Long> events, List<Long> reports) {
        JsonNode records = ApiClient.json().readTree(part.json());
        assertThat(records.size()).isLessThanOrEqualTo(RECORDS_MAX);
        for (JsonNode record : records) {
            (record.path("table").asString().equals("session_events") ? events : reports)
                    .add(record.path("number").asLong());
        }
    }
}
