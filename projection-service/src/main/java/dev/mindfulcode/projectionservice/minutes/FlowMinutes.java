package dev.mindfulcode.projectionservice.minutes;

import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * {@code flow_minutes}, one row a user, minute and session whose highest version says everything, and
 * {@code daily_summaries}, their sums over days of the user's time zone.
 *
 * <p>Days are a function of the minutes and of the latest zone, whatever the order in which they came: a minute that is
 * added or replaced moves its day by the difference, in the same statement, and a change of zone or a deleted session
 * sums all of the user's days anew.
 */
public final class FlowMinutes implements Fold {

    private static final UUID NO_SESSION = new UUID(0, 0);

    private record Key(UUID userId, long minuteMs, UUID sessionId) {}

    private final MinuteStatements minuteStatements;
    private final ZoneStatements zoneStatements;
    private final DeletedSessions deletedSessions;
    private final TreeMap<Key, MinuteRow> minutes = new TreeMap<>(
            Comparator.comparing(Key::userId).thenComparingLong(Key::minuteMs).thenComparing(Key::sessionId));
    private final TreeMap<UUID, ZoneRow> zones = new TreeMap<>();

    private final Set<DeletedSessions.Id> deleted = new LinkedHashSet<>();

    private FlowMinutes(
            MinuteStatements minuteStatements, ZoneStatements zoneStatements, DeletedSessions deletedSessions) {
        this.minuteStatements = minuteStatements;
        this.zoneStatements = zoneStatements;
        this.deletedSessions = deletedSessions;
    }

    public static Projection projection() {
        return Projection.of(
                FlowMinutes.class,
                "flow_minutes",
                2,
                List.of(Topics.FLOW_MINUTES, Topics.ACCOUNTS, Topics.SESSIONS),
                tables -> {
                    MinuteStatements minutes = new MinuteStatements(tables);
                    ZoneStatements zones = new ZoneStatements(tables);
                    DeletedSessions deleted = new DeletedSessions(tables, "flow_minutes");
                    return () -> new FlowMinutes(minutes, zones, deleted);
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        if (event.value() instanceof FlowMinute minute) {
            takeMinute(event.userId(), minute);
        } else if (event.value() instanceof SessionEvent said) {
            if (said.getKind() == SessionEventKind.DELETED) {
                deleted.add(new DeletedSessions.Id(event.userId(), said.getSessionId()));
            }
        } else {
            takeAccount(event, (AccountEvent) event.value());
        }
    }

    /** Deletions first, then zones: they are locked in this order by whoever writes minutes, too. */
    @Override
    public int flush(Connection connection) throws SQLException {
        int rows = 0;
        if (!deleted.isEmpty()) {
            rows += deletedSessions.delete(connection, deleted);
        } else if (!minutes.isEmpty()) {
            deletedSessions.lockShared(connection);
        }
        if (!zones.isEmpty()) {
            rows += zoneStatements.apply(connection, zones.values());
        }
        if (!minutes.isEmpty()) {
            Map<UUID, ZoneId> held = zoneStatements.lockShared(
                    connection,
                    minutes.keySet().stream().map(Key::userId).distinct().toList());
            rows += minuteStatements.apply(connection, minutes.values(), held);
        }
        if (!deleted.isEmpty()) {
            List<UUID> users = deleted.stream()
                    .map(DeletedSessions.Id::userId)
                    .distinct()
                    .sorted()
                    .toList();
            zoneStatements.lockShared(connection, users);
            rows += zoneStatements.resumDays(connection, users);
        }
        return rows;
    }

    private void takeMinute(UUID userId, FlowMinute minute) throws RejectedEventException {
        long minuteMs = EventValidation.timeMs(minute.getMinute());
        if (minuteMs % 60_000 != 0) {
            throw new RejectedEventException("not the start of a minute");
        }
        UUID sessionId = minute.getSessionId() == null ? NO_SESSION : minute.getSessionId();
        MinuteRow row = new MinuteRow(
                userId,
                minuteMs,
                sessionId,
                EventValidation.count(minute.getKeystrokes()),
                EventValidation.count(minute.getErrors()),
                EventValidation.count(minute.getContextSwitches()),
                EventValidation.count(minute.getActiveMs()),
                EventValidation.count(minute.getFlowMs()),
                EventValidation.intensityMs(minute.getIntensityMs()),
                EventValidation.version(minute.getVersion()));
        minutes.merge(
                new Key(userId, minuteMs, sessionId), row, (old, now) -> old.version() < now.version() ? now : old);
    }

    private void takeAccount(ProjectionEvent event, AccountEvent account) throws RejectedEventException {
        String zone = account.getTimeZone();
        if (zone == null) {
            return;
        }
        if (!TimeZones.isKnown(zone)) {
            throw new RejectedEventException("unknown time zone");
        }
        zones.put(event.userId(), new ZoneRow(event.userId(), zone, event.offset()));
    }
}
