package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoHistoryTest {

    private static final long SEED = 20_261_124;
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Instant END = Instant.parse("2026-11-26T10:40:00Z");
    private static final int REQUEST_RECORDS_MAX = 500;
    private static final int REQUEST_CHARS_MAX = 1_000_000;

    private final List<JsonNode> records = records(END);

    @Test
    void isDeterministicAndWithinTheLimitsOfARequest() {
        assertThat(records(END)).isEqualTo(records);
        assertThat(records(END.plusSeconds(60))).isNotEqualTo(records);
    }

    @Test
    void hasWeeksOfOneDeveloper() {
        TreeMap<LocalDate, List<ZonedDateTime>> days = new TreeMap<>();
        Instant before = Instant.EPOCH;
        for (JsonNode batch : batches()) {
            Instant startedAt = Instant.parse(batch.path("started_at").asString());
            assertThat(startedAt).as("batches do not overlap").isAfterOrEqualTo(before);
            before = Instant.parse(batch.path("received_at").asString());
            assertThat(before).isBeforeOrEqualTo(END);
            ZonedDateTime local = startedAt.atZone(ZONE);
            days.computeIfAbsent(local.toLocalDate(), _ -> new ArrayList<>()).add(local);
        }

        assertThat(days.firstKey()).isBeforeOrEqualTo(LocalDate.of(2026, 10, 20));
        assertThat(days.lastKey()).as("today").isEqualTo(LocalDate.of(2026, 11, 26));
        long weekdays = days.keySet().stream()
                .filter(day -> day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0)
                .count();
        assertThat(weekdays).as("of 30 weekdays, some off").isBetween(24L, 30L);
        assertThat(days.keySet()).noneMatch(day -> day.getDayOfWeek() == DayOfWeek.SUNDAY);
        days.forEach((day, starts) -> {
            assertThat(starts.getFirst().toLocalTime()).isAfterOrEqualTo(LocalTime.of(8, 0));
            assertThat(starts.getLast().toLocalTime()).isBefore(LocalTime.of(18, 30));
            if (day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0 && day.isBefore(days.lastKey())) {
                assertThat(hasLunch(starts)).as("lunch on %s", day).isTrue();
            }
        });
        assertThat(keystrokes()).isBetween(150_000L, 900_000L);
    }

    @Test
    void marksItselfAsADemo() {
        Set<String> projects = new HashSet<>();
        for (JsonNode event : of("session_events")) {
            if (event.path("kind").asString().equals("started")) {
                assertThat(event.path("editor").asString()).isEqualTo("demo");
                projects.add(event.path("project").asString());
            }
        }
        assertThat(projects).hasSizeGreaterThan(1).allMatch(project -> project.startsWith("demo-"));
    }

    /** The share in flow is what the engine reads, not what the generator says. */
    @Test
    void isInFlowForAPlausibleShare() {
        byte[] state = SessionState.fresh();
        String session = "";
        long flowMs = 0;
        long activeMs = 0;
        int periods = 0;
        for (JsonNode batch : batches()) {
            if (!batch.path("session_id").asString().equals(session)) {
                SessionState last = new SessionState().wrap(state);
                flowMs += last.flowMs();
                activeMs += last.activeMs();
                periods += (int) last.interruptions();
                session = batch.path("session_id").asString();
                state = SessionState.freshAfter(state);
            }
            apply(batch, new SessionState().wrap(state));
        }
        double share = (double) flowMs / activeMs;
        System.out.printf(
                Locale.ROOT,
                "demo: %,d keystrokes, %.1f active hours, %.0f %% in flow, %d periods%n",
                keystrokes(),
                activeMs / 3_600_000.0,
                100 * share,
                periods);
        assertThat(share).isBetween(0.1, 0.5);
        assertThat(periods).isGreaterThan(20);
    }

    private static void apply(JsonNode batch, SessionState session) {
        long atMs = Instant.parse(batch.path("started_at").asString()).toEpochMilli();
        String classes = batch.path("key_classes").asString();
        JsonNode signalAt = batch.path("signal_at_ms");
        int signal = 0;
        long startMs = atMs;
        for (int key = 0; key < classes.length(); key++) {
            int interval = batch.path("intervals_ms").path(key).asInt();
            atMs += interval;
            for (; signal < signalAt.size() && startMs + signalAt.path(signal).asLong() <= atMs; signal++) {
                apply(batch, signal, startMs, session);
            }
            session.keystroke(atMs, interval, KeyClass.codeOfLetter(classes.charAt(key)), -1);
        }
        for (; signal < signalAt.size(); signal++) {
            apply(batch, signal, startMs, session);
        }
    }

    private static void apply(JsonNode batch, int signal, long startMs, SessionState session) {
        String kind = batch.path("signal_kinds").path(signal).asString();
        session.signal(
                startMs + batch.path("signal_at_ms").path(signal).asLong(),
                SignalKind.valueOf(kind.toUpperCase(Locale.ROOT)).code(),
                batch.path("signal_values").path(signal).asInt());
    }

    private static boolean hasLunch(List<ZonedDateTime> starts) {
        for (int i = 1; i < starts.size(); i++) {
            LocalTime at = starts.get(i).toLocalTime();
            if (Duration.between(starts.get(i - 1), starts.get(i)).toMinutes() >= 35
                    && at.isAfter(LocalTime.of(12, 0))
                    && at.isBefore(LocalTime.of(15, 0))) {
                return true;
            }
        }
        return false;
    }

    private long keystrokes() {
        return batches().stream()
                .mapToLong(batch -> batch.path("key_classes").asString().length())
                .sum();
    }

    private List<JsonNode> batches() {
        return of("keystroke_batches");
    }

    private List<JsonNode> of(String table) {
        return records.stream()
                .filter(row -> row.path("table").asString().equals(table))
                .toList();
    }

    private static List<JsonNode> records(Instant end) {
        List<JsonNode> records = new ArrayList<>();
        try {
            new DemoHistory(TypingModel.committed(), SEED, end, ZONE).forEachPart(part -> {
                JsonNode rows = ApiClient.json().readTree(part);
                assertThat(rows.size()).isLessThanOrEqualTo(REQUEST_RECORDS_MAX);
                assertThat(part.length()).isLessThan(REQUEST_CHARS_MAX);
                rows.forEach(records::add);
            });
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return records;
    }
}
