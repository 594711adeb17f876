package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.Api.User;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Writes weeks of work into the read model like the projections. */
final class HistoryWriter {

    static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    private static final String MINUTE = """
            insert into readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches, active_seconds,
                flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms, version)
            values (?, ?, 100, 5, ?, 50, ?, ?, ?, 50000, ?, 1)""";
    private static final String PERIOD = """
            insert into readmodel.flow_periods
                (user_id, session_id, started_at, ended_at, mean_intensity, keystrokes, ended_by, version)
            values (?, ?, ?, ?, 0.7, 1000, ?, 1)""";
    private static final String SESSION = """
            insert into readmodel.coding_sessions (session_id, user_id, user_started_at, language, stream_status,
                stream_status_at, first_activity_at, last_activity_at, active_ms, flow_ms, version)
            values (?, ?, ?, ?, 'ended', ?, ?, ?, ?, ?, 1)""";

    private static final String SESSION_MINUTE = """
            insert into readmodel.flow_minutes (user_id, minute, session_id, keystrokes, errors, context_switches,
                active_seconds, flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms, version)
            values (?, ?, ?, 100, 5, 0, 50, 0, 0.5, 25000, 50000, ?, 1)""";
    private static final String LANGUAGE = """
            insert into readmodel.session_languages (user_id, session_id, event_offset, kind, set_at, language)
            values (?, ?, ?, ?, ?, ?)""";

    private final Map<String, List<Object[]>> unwritten = new HashMap<>();
    private final GatewayUnderTest gateway;
    private final UUID user;

    HistoryWriter(GatewayUnderTest gateway, User user) {
        this.gateway = gateway;
        this.user = user.id();
        // Other tests of the shared gateway put models into use, and flow from before would not be comparable.
        update("delete from gateway.model_changes");
        update("""
                insert into readmodel.user_zones (user_id, time_zone, event_offset) values (?, ?, 1000000000)
                on conflict (user_id) do update
                    set time_zone = excluded.time_zone, event_offset = excluded.event_offset
                """, this.user, ZONE.getId());
    }

    static LocalDate today() {
        return LocalDate.now(ZONE);
    }

    static Instant at(LocalDate day, int hour, int minute) {
        return day.atTime(LocalTime.of(hour, minute)).atZone(ZONE).toInstant();
    }

    /**
     * Weekdays from nine to noon in Java and from two to four in Python, best from ten to eleven, where flow is broken
     * by a switch after some twenty minutes and comes back after some four.
     */
    void weeks(int weeks) {
        Random random = new Random(1);
        for (LocalDate day = today().minusWeeks(weeks); day.isBefore(today()); day = day.plusDays(1)) {
            if (day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0) {
                session(day, 9, 180, "Java", random);
                session(day, 14, 120, "python", random);
            }
        }
        sumDays();
    }

    private void session(LocalDate day, int hour, int minutes, String language, Random random) {
        UUID session = UUID.randomUUID();
        Instant from = at(day, hour, 0);
        int flowMinutes = 0;
        for (int begin = 4 + random.nextInt(4); begin < minutes - 40; ) {
            int length = 15 + random.nextInt(12);
            boolean last = begin + length + 40 >= minutes;
            period(
                    session,
                    from.plus(begin, ChronoUnit.MINUTES),
                    length,
                    last ? "session_ended" : random.nextInt(5) == 0 ? "idle" : "context_switch");
            flowMinutes += length;
            begin += length + 3 + random.nextInt(3) + (language.equals("python") ? 12 : 0);
        }
        for (int i = 0; i < minutes; i++) {
            double best = hour + i / 60 == 10 ? 0.75 : 0.45;
            minute(
                    from.plus(i, ChronoUnit.MINUTES),
                    Math.clamp(best + 0.1 * random.nextGaussian(), 0, 1),
                    i % 3 == 0 ? 20_000 : 0,
                    random.nextInt(10) == 0 ? 1 : 0);
        }
        later(
                SESSION,
                session,
                user,
                Timestamp.from(from),
                language,
                Timestamp.from(from.plus(minutes, ChronoUnit.MINUTES)),
                Timestamp.from(from),
                Timestamp.from(from.plus(minutes, ChronoUnit.MINUTES)),
                minutes * 50_000L,
                flowMinutes * 50_000L);
    }

    /** A minute past noon, so many days ago. */
    static Instant at(int daysAgo, int minute) {
        return at(today().minusDays(daysAgo), 12, minute);
    }

    /** A session from noon to one, so many days ago, that was in flow until half past, that minute included. */
    UUID hourInFlowUntilHalfPast(int daysAgo) {
        UUID session = UUID.randomUUID();
        for (int minute = 0; minute < 60; minute++) {
            minuteOf(session, at(daysAgo, minute), minute <= 30 ? 50_000L - daysAgo : daysAgo);
        }
        Timestamp from = Timestamp.from(at(daysAgo, 0));
        Timestamp to = Timestamp.from(at(daysAgo, 59).plusSeconds(50));
        later(SESSION, session, user, from, "Kotlin", to, from, to, 60 * 50_000L, 31 * 50_000L);
        return session;
    }

    void minuteOf(UUID session, Instant minute, long flowMs) {
        later(SESSION_MINUTE, user, Timestamp.from(minute), session, flowMs);
    }

    void language(UUID session, long offset, String kind, Instant at, String language) {
        later(LANGUAGE, user, session, offset, kind, Timestamp.from(at), language);
    }

    void minute(Instant minute, double intensity, long flowMs, int switches) {
        later(MINUTE, user, Timestamp.from(minute), switches, flowMs / 1e3, intensity, intensity * 50_000, flowMs);
    }

    void period(UUID session, Instant from, int minutes, String endedBy) {
        later(
                PERIOD,
                user,
                session,
                Timestamp.from(from),
                Timestamp.from(from.plus(minutes, ChronoUnit.MINUTES)),
                endedBy);
    }

    private void later(String sql, Object... row) {
        unwritten.computeIfAbsent(sql, _ -> new ArrayList<>()).add(row);
    }

    /** Writes the collected rows. */
    void write() {
        unwritten.forEach(this::write);
        unwritten.clear();
    }

    /** Writes the collected rows and the sums of their days. */
    void sumDays() {
        write();
        update("""
                insert into readmodel.daily_summaries
                    (user_id, day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms, version)
                select user_id, (minute at time zone 'Europe/Berlin')::date, sum(keystrokes), sum(errors),
                       sum(context_switches), sum(active_ms), sum(flow_ms), sum(intensity_ms), 1
                from readmodel.flow_minutes where user_id = ? group by 1, 2""", user);
    }

    void update(String sql, Object... parameters) {
        List<Object[]> one = new ArrayList<>();
        one.add(parameters);
        write(sql, one);
    }

    private void write(String sql, List<Object[]> rows) {
        try (Connection connection = gateway.connection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Object[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    statement.setObject(i + 1, row[i]);
                }
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
