package dev.mindfulcode.projectionservice.minutes;

import dev.mindfulcode.flowengine.FlowReason;
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
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code flow_minutes}, one row per user, minute and session at its highest version, and {@code daily_summaries}, their
 * sums over days of the user's time zone.
 *
 * <p>Days depend only on the minutes and the latest zone, not on the order of events: a new or replaced minute changes
 * its day by the difference, in the same statement; a change of zone or a deleted session sums all of the user's days
 * again.
 */
public final class FlowMinutes implements Fold {

    private static final UUID NO_SESSION = new UUID(0, 0);

    private static final Set<String> REASONS = Arrays.stream(FlowReason.values())
            .map(reason -> reason.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private record Key(UUID userId, long minuteMs, UUID sessionId) {}

    private final MinuteStatements minuteStatements;
    private final ZoneStatements zoneStatements;
    private final DeletedSessions.Deletions deletions;
    private final TreeMap<Key, MinuteRow> minutes = new TreeMap<>(
            Comparator.comparing(Key::userId).thenComparingLong(Key::minuteMs).thenComparing(Key::sessionId));
    private final TreeMap<UUID, ZoneRow> zones = new TreeMap<>();

    private FlowMinutes(
            MinuteStatements minuteStatements, ZoneStatements zoneStatements, DeletedSessions.Deletions deletions) {
        this.minuteStatements = minuteStatements;
        this.zoneStatements = zoneStatements;
        this.deletions = deletions;
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
                    return () -> new FlowMinutes(minutes, zones, deleted.begin());
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        switch (event.value()) {
            case FlowMinute minute -> applyMinute(event.userId(), minute);
            case SessionEvent change -> deletions.add(event, change);
            default -> applyAccount(event, (AccountEvent) event.value());
        }
    }

    /** Locks deletions first, then zones, in the same order as transactions that write minutes. */
    @Override
    public int flush(Connection connection) throws SQLException {
        int rows = deletions.flush(connection, !minutes.isEmpty());
        if (!zones.isEmpty()) {
            rows += zoneStatements.apply(connection, zones.values());
        }
        if (!minutes.isEmpty()) {
            Map<UUID, ZoneId> locked = zoneStatements.lockShared(
                    connection,
                    minutes.keySet().stream().map(Key::userId).distinct().toList());
            rows += minuteStatements.apply(connection, minutes.values(), locked);
        }
        List<UUID> users = deletions.users();
        if (!users.isEmpty()) {
            zoneStatements.lockShared(connection, users);
            rows += zoneStatements.sumDaysAgain(connection, users);
        }
        return rows;
    }

    private void applyMinute(UUID userId, FlowMinute minute) throws RejectedEventException {
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
                knownReason(minute.getReason()),
                EventValidation.version(minute.getVersion()));
        minutes.merge(
                new Key(userId, minuteMs, sessionId), row, (old, now) -> old.version() < now.version() ? now : old);
    }

    private static @Nullable String knownReason(@Nullable String reason) {
        return reason != null && REASONS.contains(reason) ? reason : null;
    }

    private void applyAccount(ProjectionEvent event, AccountEvent account) throws RejectedEventException {
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
