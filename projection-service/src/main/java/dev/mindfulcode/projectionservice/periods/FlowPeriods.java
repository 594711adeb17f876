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
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * {@code flow_periods}: one row per period. The highest version is complete, so the end may arrive before the start.
 */
@NullMarked
public final class FlowPeriods implements Fold {

    private static final String UPSERT = """
            INSERT INTO {flow_periods} AS p
                (session_id, started_at, user_id, ended_at, mean_intensity, keystrokes, ended_by, version)
            SELECT session_id, @ts started_ms, user_id, @ts ended_ms, mean_intensity, keystrokes, ended_by, version
            FROM unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::double precision[],
                        ?::bigint[], ?::text[], ?::bigint[])
                AS u(session_id, started_ms, user_id, ended_ms, mean_intensity, keystrokes, ended_by, version)
            WHERE @not_deleted
            ON CONFLICT (session_id, started_at) DO UPDATE SET
                ended_at = EXCLUDED.ended_at,
                mean_intensity = EXCLUDED.mean_intensity,
                keystrokes = EXCLUDED.keystrokes,
                ended_by = EXCLUDED.ended_by,
                version = EXCLUDED.version
            WHERE p.version < EXCLUDED.version AND p.user_id = EXCLUDED.user_id
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF)
            .replace("@not_deleted", DeletedSessions.notDeleted("flow_periods"));

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
    private final DeletedSessions.Deletions deletions;
    private final TreeMap<Key, Row> rows =
            new TreeMap<>(Comparator.comparing(Key::sessionId).thenComparingLong(Key::startedMs));

    private FlowPeriods(String upsert, DeletedSessions.Deletions deletions) {
        this.upsert = upsert;
        this.deletions = deletions;
    }

    public static Projection projection() {
        return Projection.of(
                FlowPeriods.class, "flow_periods", 2, List.of(Topics.FLOW_PERIODS, Topics.SESSIONS), tables -> {
                    String upsert = tables.qualify(UPSERT);
                    DeletedSessions deleted = new DeletedSessions(tables, "flow_periods");
                    return () -> new FlowPeriods(upsert, deleted.begin());
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        if (event.value() instanceof SessionEvent change) {
            deletions.add(event, change);
            return;
        }
        FlowPeriod period = (FlowPeriod) event.value();
        Row row = new Row(
                new Key(period.getSessionId(), EventValidation.timeMs(period.getStartedAt())),
                event.userId(),
                EventValidation.timeMsOrNull(period.getEndedAt()),
                EventValidation.intensity(period.getMeanIntensity()),
                EventValidation.count(period.getKeystrokes()),
                name(period.getEndedBy()),
                EventValidation.version(period.getVersion()));
        rows.merge(row.key(), row, (old, now) -> old.version() < now.version() ? now : old);
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        int deleted = deletions.flush(connection, !rows.isEmpty());
        return rows.isEmpty()
                ? deleted
                : deleted
                        + new ArrayBinder<>(rows.values())
                                .uuids(row -> row.key().sessionId())
                                .longs(row -> row.key().startedMs())
                                .uuids(Row::userId)
                                .longsOrNull(Row::endedMs)
                                .doubles(Row::meanIntensity)
                                .longs(Row::keystrokes)
                                .texts(Row::endedBy)
                                .longs(Row::version)
                                .update(connection, upsert);
    }

    private static @Nullable String name(@Nullable Interruption interruption) {
        return interruption == null ? null : interruption.name().toLowerCase(Locale.ROOT);
    }
}
