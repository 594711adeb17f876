package dev.mindfulcode.projectionservice.minutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.SessionEventKind;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class FlowMinutesTest {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    private static final String DAYS = "SELECT day, keystrokes FROM readmodel.daily_summaries ORDER BY day";

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = UUID.randomUUID();
    private long offset;

    @Test
    void storesMinuteWithRates() throws Exception {
        apply(minute(NINE, 1, 30));
        assertThat(database.rows("SELECT minute, keystrokes, errors, active_seconds, flow_seconds, mean_intensity,"
                        + " active_ms, flow_ms, version FROM readmodel.flow_minutes"))
                .containsExactly("(\"2026-03-02 09:00:00+00\",30,3,4.5,3,0.22222222,4500,3000,1)");
    }

    @Test
    void storesReasonsOfTheEngineAndNoOther() throws Exception {
        FlowMinute struggling = SampleEvents.minute(NINE, 1, 30);
        struggling.setReason("struggling");
        FlowMinute invented = SampleEvents.minute(NINE.plusSeconds(60), 1, 30);
        invented.setReason("daydreaming");
        FlowMinute inFlow = SampleEvents.minute(NINE.plusSeconds(120), 1, 30);
        apply(event(struggling), event(invented), event(inFlow));
        String reasons = "SELECT coalesce(reason, 'none') FROM readmodel.flow_minutes ORDER BY minute";
        assertThat(database.rows(reasons)).containsExactly("(struggling)", "(none)", "(none)");
        struggling.setVersion(2L);
        struggling.setReason(null);
        apply(event(struggling));
        assertThat(database.rows(reasons)).containsExactly("(none)", "(none)", "(none)");
    }

    @Test
    void storesHighestVersionOfMinute() throws Exception {
        apply(minute(NINE, 5, 50), minute(NINE, 4, 40));
        List<String> expected = database.everything();
        assertThat(apply(minute(NINE, 3, 30))).isZero();
        assertThat(apply(minute(NINE, 5, 99))).isZero();
        assertThat(database.everything()).isEqualTo(expected);
        apply(minute(NINE, 6, 60));
        assertThat(database.rows(DAYS)).containsExactly("(2026-03-02,60)");
    }

    @Test
    void usesUtcDaysUntilZoneIsKnown() throws Exception {
        apply(
                minute(Instant.parse("2026-03-02T23:59:00Z"), 1, 1),
                minute(Instant.parse("2026-03-03T00:00:00Z"), 1, 10));
        assertThat(database.rows(DAYS)).containsExactly("(2026-03-02,1)", "(2026-03-03,10)");
    }

    @Test
    void splitsDaysAtLocalMidnightAcrossSummerTime() throws Exception {
        apply(zone("Europe/Berlin"));
        for (LocalDate day : List.of(LocalDate.of(2026, 3, 29), LocalDate.of(2026, 10, 25))) {
            ZoneId berlin = ZoneId.of("Europe/Berlin");
            Instant first = day.atStartOfDay(berlin).toInstant();
            Instant next = day.plusDays(1).atStartOfDay(berlin).toInstant();
            apply(
                    minute(first.minusSeconds(60), 1, 1),
                    minute(first, 1, 10),
                    minute(next.minusSeconds(60), 1, 100),
                    minute(next, 1, 1000));
        }
        assertThat(database.rows(DAYS))
                .containsExactly(
                        "(2026-03-28,1)",
                        "(2026-03-29,110)",
                        "(2026-03-30,1000)",
                        "(2026-10-24,1)",
                        "(2026-10-25,110)",
                        "(2026-10-26,1000)");
    }

    /** In zones, too, that the database has other rules for, or none. */
    @Test
    void matchesJdkDaysInEveryZone() throws Exception {
        Random random = new Random(20261130);
        List<String> zones = new ArrayList<>(List.of("SystemV/EST5", "America/Edmonton", "+05:30"));
        List<String> all = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        while (zones.size() < 20) {
            zones.add(all.get(random.nextInt(all.size())));
        }
        TreeMap<LocalDate, Long> expected = new TreeMap<>();
        List<Instant> minutes = new ArrayList<>();
        for (String name : zones) {
            ZoneId zone = ZoneId.of(name);
            apply(zone(name));
            Instant minute = NINE.plusSeconds(60L * random.nextInt(-200_000, 200_000));
            minutes.add(minute);
            apply(minute(minute, 1, 1));
            expected.clear();
            minutes.stream().distinct().forEach(at -> expected.merge(LocalDate.ofInstant(at, zone), 1L, Long::sum));
            assertThat(database.rows(DAYS))
                    .as(name)
                    .containsExactlyElementsOf(expected.entrySet().stream()
                            .map(day -> "(" + day.getKey() + "," + day.getValue() + ")")
                            .toList());
        }
    }

    @Test
    void zoneChangeResumsOnlyThatUsersDays() throws Exception {
        UUID other = UUID.randomUUID();
        Instant evening = Instant.parse("2026-03-02T20:00:00Z");
        apply(minute(evening, 1, 7), new ProjectionEvent(0, other, SampleEvents.minute(evening, 1, 9)));
        apply(zone("Asia/Tokyo"));
        assertThat(database.rows(DAYS)).containsExactly("(2026-03-02,9)", "(2026-03-03,7)");
        apply(minute(evening, 2, 8));
        assertThat(database.rows(DAYS)).containsExactly("(2026-03-02,9)", "(2026-03-03,8)");
    }

    @Test
    void ignoresOlderZoneChange() throws Exception {
        ProjectionEvent tokyo = zone("Asia/Tokyo");
        ProjectionEvent berlin = zone("Europe/Berlin");
        apply(minute(NINE, 1, 7), berlin);
        List<String> expected = database.everything();
        assertThat(apply(tokyo)).isZero();
        assertThat(database.everything()).isEqualTo(expected);
        assertThat(database.value("SELECT time_zone FROM readmodel.user_zones")).isEqualTo("Europe/Berlin");
    }

    @Test
    void settingsWithoutZoneLeaveZoneUnchanged() throws Exception {
        apply(zone("Asia/Tokyo"));
        apply(new ProjectionEvent(offset++, user, SampleEvents.zone(AccountEventKind.SETTINGS_CHANGED, null)));
        assertThat(database.value("SELECT time_zone FROM readmodel.user_zones")).isEqualTo("Asia/Tokyo");
    }

    @Test
    void subtractsDeletedSessionFromMinutesAndDays() throws Exception {
        UUID retained = UUID.randomUUID();
        UUID unwanted = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        Instant nextDay = NINE.plus(Duration.ofDays(1));
        ProjectionEvent berlin = zone("Europe/Berlin");
        apply(
                berlin,
                new ProjectionEvent(0, user, SampleEvents.minute(retained, NINE, 1, 10)),
                new ProjectionEvent(0, user, SampleEvents.minute(unwanted, NINE, 1, 300)),
                new ProjectionEvent(0, user, SampleEvents.minute(unwanted, nextDay, 1, 200)),
                new ProjectionEvent(0, other, SampleEvents.minute(unwanted, NINE, 1, 7)));
        assertThat(database.rows(DAYS))
                .containsExactlyInAnyOrder("(2026-03-02,310)", "(2026-03-02,7)", "(2026-03-03,200)");
        ProjectionEvent deletion = new ProjectionEvent(
                offset++, user, SampleEvents.sessionEvent(unwanted, SessionEventKind.DELETED, nextDay));
        apply(deletion);
        List<String> left = database.everything();
        assertThat(database.rows(DAYS)).containsExactlyInAnyOrder("(2026-03-02,10)", "(2026-03-02,7)");
        apply(new ProjectionEvent(0, user, SampleEvents.minute(unwanted, NINE, 2, 400)), deletion);
        assertThat(database.everything())
                .as("late typing, and the deletion again")
                .isEqualTo(left);

        ReadModelDatabase never = new ReadModelDatabase();
        never.apply(
                FlowMinutes.projection(),
                List.of(
                        berlin,
                        deletion,
                        new ProjectionEvent(0, user, SampleEvents.minute(retained, NINE, 1, 10)),
                        new ProjectionEvent(0, other, SampleEvents.minute(unwanted, NINE, 1, 7))));
        assertThat(left).as("as if it had never been").isEqualTo(never.everything());
    }

    @Test
    void rejectsUnknownZoneNames() {
        for (String zone : List.of("UTC+2", "+99:00", "Nowhere/Land", "")) {
            assertThatThrownBy(() -> apply(zone(zone))).isInstanceOf(RejectedEventException.class);
        }
    }

    @Test
    void rejectsOutOfRangeValues() {
        assertThatThrownBy(() -> apply(minute(NINE.plusSeconds(1), 1, 1))).isInstanceOf(RejectedEventException.class);
        assertThatThrownBy(() -> apply(minute(NINE, 1, Long.MAX_VALUE))).isInstanceOf(RejectedEventException.class);
        FlowMinute notANumber = SampleEvents.minute(NINE, 1, 1);
        notANumber.setIntensityMs(Double.NaN);
        assertThatThrownBy(() -> apply(new ProjectionEvent(0, user, notANumber)))
                .isInstanceOf(RejectedEventException.class);
    }

    /** Also the last bit of the doubles: a rebuild must give the same rows. */
    @Test
    void givesSameRowsForAnyOrderAndBatching() throws Exception {
        Random random = new Random(20260302);
        List<ProjectionEvent> minutes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            FlowMinute minute =
                    SampleEvents.minute(NINE.plusSeconds(60L * random.nextInt(2_000)), i + 1, random.nextInt(400));
            minute.setIntensityMs(random.nextDouble() * 60_000);
            minutes.add(new ProjectionEvent(i, user, minute));
        }
        List<ProjectionEvent> zones = List.of(zone("Asia/Tokyo"), zone("America/Sao_Paulo"), zone("Europe/Berlin"));

        List<String> expected = null;
        for (int round = 0; round < 6; round++) {
            ReadModelDatabase fresh = new ReadModelDatabase();
            List<ProjectionEvent> order = new ArrayList<>(minutes);
            Collections.shuffle(order, random);
            int zonesSent = 0;
            int from = 0;
            while (from < order.size()) {
                int to = Math.min(order.size(), from + 1 + random.nextInt(60));
                List<ProjectionEvent> portion = new ArrayList<>(order.subList(from, to));
                if (zonesSent < zones.size() && (random.nextBoolean() || to == order.size())) {
                    int upTo = to == order.size() ? zones.size() : zonesSent + 1;
                    portion.addAll(zones.subList(zonesSent, upTo));
                    zonesSent = upTo;
                }
                fresh.apply(FlowMinutes.projection(), portion);
                from = to;
            }
            if (expected == null) {
                expected = fresh.everything();
            }
            assertThat(fresh.everything()).isEqualTo(expected);
            fresh.apply(FlowMinutes.projection(), minutes);
            assertThat(fresh.everything()).as("again from the start").isEqualTo(expected);
            assertThat(fresh.number("SELECT sum(keystrokes) FROM readmodel.daily_summaries"))
                    .isEqualTo(fresh.number("SELECT sum(keystrokes) FROM readmodel.flow_minutes"));
        }
    }

    @Test
    void zoneChangeWaitsForConcurrentMinutes() throws Exception {
        apply(minute(NINE, 1, 1), zone("Europe/Berlin"));
        Fold writing = FlowMinutes.projection().binding().to(ReadModel.TABLES).get();
        writing.apply(minute(Instant.parse("2026-03-07T23:30:00Z"), 1, 10));
        try (Connection connection = database.source().getConnection();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            connection.setAutoCommit(false);
            writing.flush(connection);
            Future<Integer> change = thread.submit(() -> apply(zone("America/Sao_Paulo")));
            while (!change.isDone() && database.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0) {
                Thread.onSpinWait();
            }
            connection.commit();
            change.get();
        }
        assertThat(database.rows(DAYS)).containsExactly("(2026-03-02,1)", "(2026-03-07,10)");
    }

    private int apply(ProjectionEvent... events) throws Exception {
        return database.apply(FlowMinutes.projection(), List.of(events));
    }

    private ProjectionEvent minute(Instant minute, long version, long keystrokes) {
        return new ProjectionEvent(0, user, SampleEvents.minute(minute, version, keystrokes));
    }

    private ProjectionEvent event(FlowMinute minute) {
        return new ProjectionEvent(0, user, minute);
    }

    private ProjectionEvent zone(String zone) {
        return new ProjectionEvent(offset++, user, SampleEvents.zone(AccountEventKind.SETTINGS_CHANGED, zone));
    }
}
