package dev.mindfulcode.projection.minutes;

import dev.mindfulcode.projection.fold.Event;
import dev.mindfulcode.projection.fold.Fold;
import dev.mindfulcode.projection.fold.Plausible;
import dev.mindfulcode.projection.fold.Projection;
import dev.mindfulcode.projection.fold.RejectedEventException;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * {@code flow_minutes}, one row a user and minute whose highest version says everything, and {@code daily_summaries}, their
 * sums over days of the user's time zone.
 *
 * <p>Days are a function of the minutes and of the latest zone, whatever the order in which they came: a minute that is added
 * or replaced moves its day by the difference, in the same statement, and a change of zone sums all of the user's days anew.
 */
public final class FlowMinutes implements Fold {

    private record Key(UUID userId, long minuteMs) {}

    private final MinuteStatements minuteStatements;
    private final ZoneStatements zoneStatements;
    private final TreeMap<Key, MinuteRow> minutes =
            new TreeMap<>(Comparator.comparing(Key::userId).thenComparingLong(Key::minuteMs));
    private final TreeMap<UUID, ZoneRow> zones = new TreeMap<>();

    private FlowMinutes(MinuteStatements minuteStatements, ZoneStatements zoneStatements) {
        this.minuteStatements = minuteStatements;
        this.zoneStatements = zoneStatements;
    }

    public static Projection projection() {
        return new Projection(
                "flow_minutes",
                1,
                List.of(Topics.FLOW_MINUTES, Topics.ACCOUNTS),
                List.of("flow_minutes", "daily_summaries", "user_zones"),
                tables -> {
                    MinuteStatements minutes = new MinuteStatements(tables);
                    ZoneStatements zones = new ZoneStatements(tables);
                    return () -> new FlowMinutes(minutes, zones);
                });
    }

    @Override
    public void take(Event event) throws RejectedEventException {
        if (event.value() instanceof FlowMinute minute) {
            takeMinute(event.userId(), minute);
        } else {
            takeAccount(event, (AccountEvent) event.value());
        }
    }

    /** Zones first: they are locked in this order by whoever writes minutes, too. */
    @Override
    public int write(Connection connection) throws SQLException {
        int rows = 0;
        if (!zones.isEmpty()) {
            rows += zoneStatements.apply(connection, zones.values());
        }
        if (!minutes.isEmpty()) {
            zoneStatements.hold(
                    connection,
                    minutes.keySet().stream().map(Key::userId).distinct().toList());
            rows += minuteStatements.apply(connection, minutes.values());
        }
        return rows;
    }

    private void takeMinute(UUID userId, FlowMinute minute) throws RejectedEventException {
        long minuteMs = Plausible.timeMs(minute.getMinute());
        if (minuteMs % 60_000 != 0) {
            throw new RejectedEventException("not the start of a minute");
        }
        MinuteRow row = new MinuteRow(
                userId,
                minuteMs,
                Plausible.count(minute.getKeystrokes()),
                Plausible.count(minute.getErrors()),
                Plausible.count(minute.getContextSwitches()),
                Plausible.count(minute.getActiveMs()),
                Plausible.count(minute.getFlowMs()),
                Plausible.intensityMs(minute.getIntensityMs()),
                Plausible.version(minute.getVersion()));
        minutes.merge(new Key(userId, minuteMs), row, (old, now) -> old.version() < now.version() ? now : old);
    }

    private void takeAccount(Event event, AccountEvent account) throws RejectedEventException {
        String zone = account.getTimeZone();
        if (zone == null) {
            return;
        }
        if (!ZoneRow.isKnown(zone)) {
            throw new RejectedEventException("unknown time zone");
        }
        zones.put(event.userId(), new ZoneRow(event.userId(), zone, event.offset()));
    }
}
