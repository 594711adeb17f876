package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HistoryApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final HistoryWriter past = new HistoryWriter(gateway, ada);

    @Test
    void reportsOnlyMissingDataWithoutHistory() {
        JsonNode patterns = get("/api/flow/patterns");
        assertThat(patterns.at("/peak_hours/hours").size()).isZero();
        assertThat(patterns.at("/peak_hours/mean_intensity").isNull()).isTrue();
        assertThat(patterns.at("/peak_hours/missing/0/amount").asInt()).isEqualTo(10);
        assertThat(patterns.at("/peak_hours/missing/0/unit").asString()).isEqualTo("hours");
        assertThat(patterns.at("/peak_hours/missing/0/text").asString())
                .isEqualTo("Peak hours: 10 more hours with five active minutes, of a time of day seen before,"
                        + " are needed.");
        assertThat(patterns.at("/session_length/flow_period_ms").isNull()).isTrue();
        assertThat(patterns.at("/session_length/missing/0/amount").asInt()).isEqualTo(8);
        assertThat(patterns.at("/languages/missing/0/amount").asInt()).isEqualTo(10);
        assertThat(patterns.at("/triggers/missing").size()).isEqualTo(3);
        assertThat(patterns.at("/triggers/began").size()).isZero();
        assertThat(patterns.at("/interruption_tolerance/missing").size()).isEqualTo(1);
        assertThat(patterns.at("/calibration/levels").size()).isZero();
        assertThat(patterns.at("/calibration/missing/0/text").asString())
                .isEqualTo("What readings mean: 5 more days with readings of each level by the model in use are"
                        + " needed.");

        JsonNode analytics = get("/api/flow/analytics");
        assertThat(analytics.at("/totals/active_days").asInt()).isZero();
        assertThat(analytics.at("/totals/flow_share").isNull()).isTrue();
        assertThat(analytics.at("/longest_period").isNull()).isTrue();
        assertThat(analytics.at("/interruptions/per_flow_hour").isNull()).isTrue();
        assertThat(analytics.at("/interruptions/missing/0/amount").asInt()).isEqualTo(60);
        assertThat(analytics.at("/week_over_week/change").isNull()).isTrue();
        assertThat(analytics.at("/week_over_week/missing/0/amount").asInt()).isEqualTo(6);
        assertThat(analytics.at("/trend/missing/0/amount").asInt()).isEqualTo(12);
        assertThat(analytics.at("/distribution/peak_hour").isNull()).isTrue();

        JsonNode insights = get("/api/flow/insights");
        assertThat(insights.path("insights").size()).isZero();
        assertThat(insights.path("missing").size()).isGreaterThanOrEqualTo(10);
    }

    @Test
    void countsTypingForItsLanguage() {
        for (int day = 1; day <= 12; day++) {
            UUID session = past.hourInFlowUntilHalfPast(day);
            past.language(session, 0, "started", HistoryWriter.at(day, 0), "Java");
            past.language(session, 1, "updated", HistoryWriter.at(day, 30).plusSeconds(20), "Kotlin");
        }
        // This session was started with the wrong language, and the start was repeated.
        UUID corrected = past.hourInFlowUntilHalfPast(13);
        past.language(corrected, 0, "started", HistoryWriter.at(13, 0), "Java");
        past.language(corrected, 1, "updated", HistoryWriter.at(13, 10), "Java");
        past.language(corrected, 2, "corrected", HistoryWriter.at(13, 50), "KOTLIN");
        past.language(corrected, 3, "started", HistoryWriter.at(13, 0), "Java");
        past.write();

        JsonNode languages = get("/api/flow/patterns").at("/languages/languages");

        assertThat(languages.size()).isEqualTo(2);
        JsonNode kotlin = languages.get(0);
        JsonNode java = languages.get(1);
        assertThat(kotlin.path("language").asString()).isEqualTo("Kotlin");
        assertThat(kotlin.at("/flow_share/samples").asInt()).isEqualTo(13);
        assertThat(kotlin.at("/flow_share/value").asDouble()).isLessThan(0.2);
        assertThat(java.path("language").asString()).isEqualTo("Java");
        assertThat(java.at("/flow_share/samples").asInt()).isEqualTo(12);
        assertThat(java.at("/flow_share/value").asDouble()).isGreaterThan(0.8);

        String days = "from=" + HistoryWriter.at(13, 0) + "&to=" + HistoryWriter.at(1, 45);
        JsonNode breakdown = get("/api/flow/breakdown?by=language&" + days);
        assertThat(breakdown.path("by").asString()).isEqualTo("language");
        assertThat(breakdown.path("others").isNull()).isTrue();
        // Kotlin follows in the minute after half past; of the last day fifteen minutes are outside.
        assertPart(breakdown.at("/parts/0"), "Kotlin", (11 * 29 + 14 + 60) * 50, (11 * 29 + 14 + 60) * 100L);
        assertPart(breakdown.at("/parts/1"), "Java", 12 * 31 * 50, 12 * 31 * 100L);
        assertThat(breakdown.path("parts").size()).isEqualTo(2);
    }

    @Test
    void addsUpTimeByProjectAndEditor() {
        Instant noon = HistoryWriter.at(1, 0);
        minutesOf("{\"project\": \"mindful\", \"editor\": \"vim\"}", noon, 3);
        minutesOf("{\"project\": \"mindful\", \"editor\": \"helix\"}", noon, 4);
        minutesOf("{\"project\": \"Mindful\", \"editor\": \"vim\"}", noon, 2);
        minutesOf("{\"editor\": \"vim\"}", noon, 1);
        past.minuteOf(UUID.randomUUID(), noon, 0);
        past.write();
        String range = "&from=" + noon.plusSeconds(60) + "&to=" + noon.plusSeconds(600);

        JsonNode projects = get("/api/flow/breakdown?by=project" + range);
        assertPart(projects.at("/parts/0"), "mindful", 5 * 50, 500);
        assertThat(projects.at("/parts/0/flow_seconds").asDouble()).isEqualTo(5 * 10);
        assertPart(projects.at("/parts/1"), "Mindful", 50, 100);
        assertThat(projects.path("parts").size()).isEqualTo(2);

        JsonNode day = get("/api/flow/breakdown?from=" + noon);
        assertThat(day.path("by").asString()).isEqualTo("project");
        assertPart(day.at("/parts/2"), null, 2 * 50, 200);

        JsonNode editors = get("/api/flow/breakdown?by=editor" + range);
        assertPart(editors.at("/parts/0"), "helix", 3 * 50, 300);
        assertPart(editors.at("/parts/1"), "vim", 3 * 50, 300);
    }

    @Test
    void rejectsUnknownBreakdowns() {
        api.get("/api/flow/breakdown?by=colour", ada.token())
                .isProblem(400, "invalid-request")
                .withField("by");
    }

    private void minutesOf(String details, Instant from, int minutes) {
        Answer started = api.post("/api/sessions/start", ada.token(), details);
        String id = started.text("session_id");
        api.get("/api/sessions/" + id, ada.token(), "X-Read-After", started.header("X-Read-After"));
        for (int minute = 0; minute < minutes; minute++) {
            past.minuteOf(UUID.fromString(id), from.plusSeconds(60L * minute), 10_000);
        }
    }

    private static void assertPart(JsonNode part, @Nullable String name, double activeSeconds, long keystrokes) {
        assertThat(part.path("name").asString(null)).isEqualTo(name);
        assertThat(part.path("active_seconds").asDouble()).isEqualTo(activeSeconds);
        assertThat(part.path("keystrokes").asLong()).isEqualTo(keystrokes);
    }

    @Test
    void findsPatternsWithIntervalsAndCounts() {
        past.weeks(6);
        JsonNode patterns = get("/api/flow/patterns");
        assertThat(patterns.path("time_zone").asString()).isEqualTo("Europe/Berlin");
        List<Integer> peaks = new ArrayList<>();
        for (JsonNode hour : patterns.at("/peak_hours/hours")) {
            assertThat(hour.at("/intensity/low").asDouble())
                    .isLessThan(hour.at("/intensity/value").asDouble());
            assertThat(hour.at("/intensity/samples").asInt()).isBetween(28, 31);
            if (hour.path("peak").asBoolean()) {
                peaks.add(hour.path("hour").asInt());
            }
        }
        assertThat(peaks).containsExactly(10);
        assertThat(patterns.at("/peak_hours/missing").size()).isZero();

        assertThat(patterns.at("/session_length/flow_period_ms/value").asLong()).isBetween(15 * 60_000L, 27 * 60_000L);
        assertThat(patterns.at("/session_length/lasting/0/share").asDouble()).isEqualTo(1);

        JsonNode java = patterns.at("/languages/languages/0");
        assertThat(List.of(
                        java.path("language").asString(),
                        patterns.at("/languages/languages/1/language").asString()))
                .containsExactlyInAnyOrder("Java", "python");
        assertThat(patterns.at("/languages/languages").size()).isEqualTo(2);

        JsonNode triggers = patterns.path("triggers");
        assertThat(triggers.at("/ended/0/by").asString()).isEqualTo("context_switch");
        assertThat(triggers.at("/ended/0/share/low").asDouble()).isPositive();
        assertThat(triggers.at("/began").size()).isEqualTo(2);
        assertThat(triggers.at("/first_flow_after_ms/value").asLong()).isBetween(4 * 60_000L, 8 * 60_000L);
        assertThat(triggers.at("/missing").size()).isZero();

        assertThat(patterns.at("/interruption_tolerance/resumption_lag_ms/value")
                        .asLong())
                .isBetween(3 * 60_000L, 18 * 60_000L);
    }

    /** Ten days: ten minutes at a low intensity, a break, and forty at a high one. */
    @Test
    void reportsHowOftenWorkContinuedAfterReadingsOfEachLevel() {
        for (int day = 1; day <= 10; day++) {
            for (int minute = 0; minute < 10; minute++) {
                past.minute(HistoryWriter.at(day, minute), 0.2 + minute * 0.001, 0, 0);
            }
            for (int minute = 20; minute < 60; minute++) {
                past.minute(HistoryWriter.at(day, minute), 0.9 - minute * 0.001, 0, 0);
            }
        }
        past.write();
        JsonNode calibration = get("/api/flow/patterns").path("calibration");
        assertThat(calibration.path("missing").size()).isZero();
        assertThat(calibration.path("levels").size()).isEqualTo(5);
        JsonNode lowest = calibration.at("/levels/0");
        assertThat(lowest.path("from_intensity").asDouble()).isEqualTo(0.2);
        assertThat(lowest.path("to_intensity").asDouble()).isEqualTo(0.209);
        assertThat(lowest.path("minutes").asInt()).isEqualTo(100);
        assertThat(lowest.at("/continued/value").asDouble()).isZero();
        assertThat(lowest.at("/continued/high").asDouble()).isBetween(0.1, 0.5);
        assertThat(lowest.at("/continued/samples").asInt()).isEqualTo(10);
        assertThat(calibration.at("/levels/1/continued/value").asDouble())
                .as("minutes 50 to 59, after which the hour ends")
                .isZero();
        assertThat(calibration.at("/levels/4/continued/value").asDouble()).isEqualTo(1);
        past.update(
                "INSERT INTO gateway.model_changes (model_id, used_from) VALUES ('other', ?)",
                Timestamp.from(HistoryWriter.at(3, 0)));
        JsonNode since = get("/api/flow/patterns").path("calibration");
        assertThat(since.path("levels").size())
                .as("the model changed three days ago")
                .isZero();
        assertThat(since.at("/missing/0/amount").asInt()).isEqualTo(2);
        past.update("DELETE FROM gateway.model_changes");
    }

    @Test
    void usesDaysAndHoursOfTheUsersZone() {
        LocalDate yesterday = HistoryWriter.today().minusDays(1);
        past.minute(HistoryWriter.at(yesterday, 0, 30), 0.5, 0, 0);
        past.minute(HistoryWriter.at(yesterday, 23, 59), 0.5, 25_000, 0);
        past.sumDays();
        JsonNode analytics = get("/api/flow/analytics?days=2");
        assertThat(analytics.path("from").asString()).isEqualTo(yesterday.toString());
        assertThat(analytics.path("daily").size()).isEqualTo(1);
        assertThat(analytics.at("/daily/0/day").asString()).isEqualTo(yesterday.toString());
        assertThat(analytics.at("/daily/0/active_ms").asLong()).isEqualTo(100_000);
        assertThat(analytics.at("/distribution/hours/0/hour").asInt()).isZero();
        assertThat(analytics.at("/distribution/hours/1/hour").asInt()).isEqualTo(23);
        assertThat(analytics.at("/distribution/week_hours").findValues("hour")).hasSize(2);
        assertThat(analytics.at("/distribution/week_hours/1/weekday").asInt())
                .isEqualTo(yesterday.getDayOfWeek().getValue());
        assertThat(analytics.at("/distribution/week_hours/0/active_ms").asLong()
                        + analytics.at("/distribution/week_hours/1/active_ms").asLong())
                .isEqualTo(100_000);
        assertThat(get("/api/flow/analytics?days=1").at("/totals/active_days").asInt())
                .isZero();
    }

    @Test
    void sumsOnlyTheRequestedDaysOfTheUser() {
        past.weeks(15);
        JsonNode year = get("/api/flow/analytics?days=365");
        long days = gateway.count("select count(*) from readmodel.daily_summaries where user_id = ?", ada.id());
        assertThat(year.at("/totals/active_days").asLong()).isEqualTo(days);
        assertThat(year.at("/totals/keystrokes").asLong())
                .isEqualTo(gateway.count(
                        "select sum(keystrokes) from readmodel.flow_minutes where user_id = ?", ada.id()));
        assertThat(year.at("/totals/flow_periods").asLong())
                .isEqualTo(gateway.count("select count(*) from readmodel.flow_periods where user_id = ?", ada.id()));
        assertThat(year.at("/totals/flow_share").asDouble()).isCloseTo(20.0 / 50 / 3, within(0.001));
        assertThat(year.at("/longest_period/duration_ms").asLong()).isEqualTo(gateway.count("""
                        select max(extract(epoch from ended_at - started_at) * 1000)::bigint from readmodel.flow_periods
                        where user_id = ?""", ada.id()));
        assertThat(year.at("/interruptions/count").asLong())
                .isEqualTo(gateway.count(
                        "select count(*) from readmodel.flow_periods where user_id = ? and ended_by <> 'session_ended'",
                        ada.id()));
        assertThat(year.at("/interruptions/per_flow_hour/low").asDouble()).isPositive();
        assertThat(year.at("/trend/weeks").size()).isBetween(14, 15);
        assertThat(year.at("/trend/flow_share_per_week/low").asDouble()).isLessThanOrEqualTo(0);
        assertThat(year.at("/trend/flow_share_per_week/high").asDouble()).isGreaterThanOrEqualTo(0);
        assertThat(year.at("/week_over_week/change/samples").asInt()).isBetween(9, 10);
        assertThat(year.at("/week_over_week/change/value").asDouble()).isCloseTo(0, within(0.01));
        assertThat(year.at("/distribution/peak_hour/hour").asInt()).isEqualTo(10);
        JsonNode week = get("/api/flow/analytics?days=7");
        assertThat(week.at("/totals/active_days").asInt()).isBetween(4, 5);
        assertThat(week.at("/week_over_week/change").isNull())
                .as("includes the week before")
                .isFalse();

        User somebodyElse = gateway.user();
        assertThat(api.get("/api/flow/analytics", somebodyElse.token())
                        .json()
                        .at("/totals/active_days")
                        .asInt())
                .isZero();
    }

    @Test
    void sumsDaysOfThreeYearsAgo() {
        LocalDate day = HistoryWriter.today().minusYears(3);
        past.minute(HistoryWriter.at(day.minusDays(1), 12, 0), 0.5, 0, 0);
        past.minute(HistoryWriter.at(day, 0, 0), 0.5, 25_000, 0);
        past.minute(HistoryWriter.at(day.plusDays(1), 23, 59), 0.5, 0, 1);
        past.minute(HistoryWriter.at(day.plusDays(2), 0, 0), 0.5, 0, 0);
        past.period(UUID.randomUUID(), HistoryWriter.at(day, 0, 0), 10, "idle");
        past.minute(HistoryWriter.at(HistoryWriter.today(), 0, 0), 0.5, 0, 0);
        past.sumDays();

        JsonNode two = get("/api/flow/analytics?from=" + day + "&to=" + day.plusDays(1));
        assertThat(two.path("from").asString()).isEqualTo(day.toString());
        assertThat(two.path("to").asString()).isEqualTo(day.plusDays(1).toString());
        assertThat(two.at("/totals/active_days").asInt()).isEqualTo(2);
        assertThat(two.at("/totals/flow_ms").asLong()).isEqualTo(25_000);
        assertThat(two.at("/totals/flow_periods").asInt()).isOne();
        assertThat(two.path("daily").findValuesAsString("day"))
                .containsExactly(day.toString(), day.plusDays(1).toString());
        assertThat(two.at("/distribution/hours").findValues("hour")).hasSize(2);
        assertThat(two.at("/week_over_week/active_ms").asLong())
                .as("the two weeks up to the last day")
                .isEqualTo(150_000);

        LocalDate today = HistoryWriter.today();
        JsonNode all = get("/api/flow/analytics?from=" + today.minusDays(1_095) + "&to=" + today);
        assertThat(all.at("/totals/active_days").asInt()).isBetween(2, 4);
        assertThat(get("/api/flow/analytics").at("/totals/active_days").asInt()).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "from=2026-01-01, to",
        "to=2026-01-01, from",
        "from=2026-01-02&to=2026-01-01, to",
        "from=2020-01-01&to=2023-01-01, to",
        "from=2026-01-01&to=2026-01-02&days=2, days",
        "from=2026-1-1&to=2026-01-02, from",
        "from=2026-02-30&to=2026-03-01, from",
        "from=1969-12-31&to=1970-01-01, from",
        "from=9998-12-31&to=9999-01-01, to",
        "from=2026-01-01T00:00:00Z&to=2026-01-02, from",
    })
    void refusesInvalidRanges(String range, String field) {
        api.get("/api/flow/analytics?" + range, ada.token())
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @Test
    void returnsInsightsWithTheirEvidence() {
        past.weeks(12);
        JsonNode insights = get("/api/flow/insights").path("insights");
        JsonNode peak = insight(insights, "peak-hour");
        assertThat(peak.path("text").asString())
                .isEqualTo("From 10:00 to 11:00 your readings were higher than on the average of your hours.");
        assertThat(peak.at("/numbers/measure").asString()).isEqualTo("mean_intensity");
        assertThat(peak.at("/numbers/estimate/low").asDouble())
                .isGreaterThan(peak.at("/numbers/reference").asDouble());
        assertThat(peak.path("confidence").asDouble()).isBetween(0.97, 0.99);
        assertThat(peak.path("data_points").asInt()).isGreaterThan(50);
        LocalDate yesterday = HistoryWriter.today().minusDays(1);
        assertThat(peak.path("to").asString()).isEqualTo(yesterday.toString());
        assertThat(peak.path("from").asString())
                .isEqualTo(yesterday.minusDays(89).toString());
        assertThat(insight(insights, "usual-ending").path("text").asString())
                .isEqualTo("Most of your flow periods ended by switching files.");
        for (JsonNode insight : insights) {
            assertThat(insight.path("confidence").asDouble()).isBetween(0.5, 0.99);
            assertThat(insight.path("data_points").asInt()).isPositive();
        }
    }

    @Test
    void rotatesSuggestionsDaily() {
        past.weeks(12);
        List<String> first = suggested();
        assertThat(first).hasSize(2);
        assertThat(suggested()).isEqualTo(first);
        aDayLater();
        List<String> second = suggested();
        assertThat(second).isNotEmpty().doesNotContainAnyElementsOf(first);
        for (int day = 2; day < 7; day++) {
            aDayLater();
            assertThat(suggested()).as("day " + day).doesNotContainAnyElementsOf(first);
        }
        for (int day = 7; day < 15; day++) {
            aDayLater();
        }
        assertThat(suggested()).as("repeats after two weeks").containsAnyElementsOf(first);
    }

    /**
     * The database knows the first under other rules and the second not at all; the third changes its clocks twice for
     * each Ramadan.
     */
    @ParameterizedTest
    @ValueSource(strings = {"America/Edmonton", "SystemV/EST5", "Africa/Casablanca", "-03:30"})
    void agreesOnHoursAndDaysInEveryZone(String zone) {
        past.update("update readmodel.user_zones set time_zone = ? where user_id = ?", zone, ada.id());
        ZoneId zoneId = ZoneId.of(zone);
        LocalDate today = LocalDate.now(zoneId);
        TreeMap<Integer, Long> activeMs = new TreeMap<>();
        for (Instant minute = today.minusDays(200).atStartOfDay(zoneId).toInstant();
                minute.isBefore(today.plusDays(1).atStartOfDay(zoneId).toInstant());
                minute = minute.plusSeconds(60 * 60 * 5)) {
            past.minute(minute, 0.5, 0, 0);
            activeMs.merge(minute.atZone(zoneId).getHour(), 50_000L, Long::sum);
        }
        past.write();

        JsonNode analytics = get("/api/flow/analytics?days=201");
        TreeMap<Integer, Long> shown = new TreeMap<>();
        analytics
                .at("/distribution/hours")
                .forEach(hour -> shown.put(
                        hour.path("hour").asInt(), hour.path("active_ms").asLong()));
        assertThat(shown).isEqualTo(activeMs);
        get("/api/flow/insights");
    }

    @Test
    void countsSessionsAndPeriodsThatOverlapTheFirstDay() {
        LocalDate yesterday = HistoryWriter.today().minusDays(1);
        UUID session = UUID.randomUUID();
        past.period(session, HistoryWriter.at(yesterday, 0, 0).minusSeconds(600), 20, "context_switch");
        past.write();
        assertThat(get("/api/flow/analytics?days=2").at("/totals/flow_periods").asInt())
                .isEqualTo(1);
        assertThat(get("/api/flow/analytics?days=1").at("/totals/flow_periods").asInt())
                .isZero();
    }

    @Test
    void keepsInsightsStableDuringTheDay() {
        past.weeks(6);
        JsonNode before = get("/api/flow/insights");
        Instant now = HistoryWriter.at(HistoryWriter.today(), 0, 1);
        UUID session = UUID.randomUUID();
        past.minute(now, 0.9, 40_000, 9);
        past.period(session, now, 1, "errors");
        past.write();
        assertThat(get("/api/flow/insights")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"days=0", "days=366", "days=-1", "days=x", "days=99999999999"})
    void rejectsDaysBeyondAYear(String query) {
        api.get("/api/flow/analytics?" + query, ada.token())
                .isProblem(400, "invalid-request")
                .withField("days");
        api.get("/api/flow/patterns?" + query, ada.token())
                .isProblem(400, "invalid-request")
                .withField("days");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/flow/patterns", "/api/flow/analytics", "/api/flow/insights"})
    void waitsForTheWriteOfItsTokenAndRejectsUnknownCallers(String path) {
        String ahead = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("1:sessions:0:999999999999".getBytes(StandardCharsets.US_ASCII));
        api.get(path, ada.token(), "X-Read-After", ahead).isProblem(503, "read-model-behind");
        api.get(path, ada.token(), "X-Read-After", "nonsense").isProblem(400, "invalid-request");
        api.get(path, null).isProblem(401, "unauthenticated");
    }

    private List<String> suggested() {
        List<String> ids = new ArrayList<>();
        for (JsonNode insight : get("/api/flow/insights").path("insights")) {
            if (!insight.path("suggestion").isNull()) {
                ids.add(insight.path("id").asString());
            }
        }
        return ids;
    }

    /** Moves all events so far to a day earlier. */
    private void aDayLater() {
        past.update("update gateway.shown_suggestions set shown_on = shown_on - 1000 where user_id = ?", ada.id());
        past.update("update gateway.shown_suggestions set shown_on = shown_on + 999 where user_id = ?", ada.id());
    }

    private static JsonNode insight(JsonNode insights, String id) {
        for (JsonNode insight : insights) {
            if (insight.path("id").asString().equals(id)) {
                return insight;
            }
        }
        throw new AssertionError("no " + id + " in " + insights);
    }

    private JsonNode get(String path) {
        Answer answer = api.get(path, ada.token());
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }
}
