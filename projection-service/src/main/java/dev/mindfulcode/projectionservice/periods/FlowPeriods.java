package dev.mindfulcode.projectionservice.periods;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code flow_periods}: one row a period; its highest version says everything, so closing may arrive before opening.
 */
public final class FlowPeriods implements Fold {

    private static final String UPSERT = """
            INSERT INTO {flow_periods} AS p
                (session_id, started_at, user_id, ended_at, mean_intensity, keystrokes, ended_by, version)
            SELECT session_id, @started_ms, user_id, @ended_ms, mean_intensity, keystrokes, ended_by, version
            FROM unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::double precision[], ?::bigint[], ?::text[], ?::bigint[])
                AS u(session_id, started_ms, user_id, ended_ms, mean_intensity, keystrokes, ended_by, version)
            WHERE left
            ON CONFLICT (session_id, started_at) DO UPDATE SET
                ended_at = EXCLUDED.ended_at,
                mean_intensity = EXCLUDED.mean_intensity,
                keystrokes = EXCLUDED.keystrokes,
                ended_by = EXCLUDED.ended_by,
                version = EXCLUDED.version
            WHERE p.version < EXCLUDED.version AND p.user_id = EXCLUDED.user_id
            """.replace("@", ArrayBinder.TIMESTAMP_OF)
            .replace("left", DeletedSessions.NOT_DELETED.formatted("flow_periods_deleted"));

    private record Key(UUID sessionId, long startedMs) {}

    private record Row(
            Key key,
            UUID userId,
            @Nullable Long endedMs,
            float meanIntensity,
            long keystrokes,
            @Nullable String endedBy,
            long version) {}

    private final String upsert;
    private final DeletedSessions deletedSessions;
    private final Set<DeletedSessions.Id> deleted = new LinkedHashSet<>();
    private final TreeMap<Key, Row> rows =
            new TreeMap<>(Comparator.comparing(Key::sessionId).thenComparingLong(Key::startedMs));

    private FlowPeriods(String upsert, DeletedSessions deletedSessions) {
        this.upsert = upsert;
        this.deletedSessions = deletedSessions;
    }

    public static Projection projection() {
        return Projection.of(
                FlowPeriods.class, "flow_periods", 2, List.of(Topics.FLOW_PERIODS, Topics.SESSIONS), tables -> {
                    String upsert = tables.qualify(UPSERT);
                    DeletedSessions deleted = new DeletedSessions(tables, "flow_periods");
                    return () -> new FlowPeriods(upsert, deleted);
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        if (event.value() instanceof SessionEvent said) {
            if (said.getKind() == SessionEventKind.DELETED) {
                deleted.add(new DeletedSessions.Id(event.userId(), said.getSessionId()));
            }
            return;
        }
        FlowPeriod period = (FlowPeriod) event.value();
        Row row = new Row(
                new Key(period.getSessionId(), EventValidation.timeMs(period.getStartedAt())),
                event.userId(),
                EventValidation.timeMsOrNull(period.getEndedAt()),
                EventValidation.intensity(period.getMeanIntensity()),
                EventValidation.count(period.getKeystrokes()),
                named(period.getEndedBy()),
                EventValidation.version(period.getVersion()));
        rows.merge(row.key(), row, (old, now) -> old.version() < now.version() ? now : old);
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        int gone = 0;
        if (!deleted.isEmpty()) {
            gone = deletedSessions.delete(connection, deleted);
        } else if (!rows.isEmpty()) {
            deletedSessions.lockShared(connection);
        }
        return rows.isEmpty() ? gone : gone + upsert(connection);
    }

    private int upsert(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(upsert)) {
            new ArrayBinder<>(connection, statement, rows.values())
                    .uuids(row -> row.key().sessionId())
                    .longs(row -> row.key().startedMs())
                    .uuids(Row::userId)
                    .longsOrNull(Row::endedMs)
                    .doubles(Row::meanIntensity)
                    .longs(Row::keystrokes)
                    .texts(Row::endedBy)
                    .longs(Row::version);
            return statement.executeUpdate();
        }
    }

    private static @Nullable String named(@Nullable Interruption interruption) {
        return interruption == null ? null : interruption.name().toLowerCase(Locale.ROOT);
    }
}
