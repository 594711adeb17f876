package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/** SQL that writes the columns observed by flow-stream. */
final class ObservedStatements {

    private static final String UPSERT = """
            INSERT INTO {coding_sessions} AS s
                (session_id, user_id, stream_status, stream_status_at, first_activity_at, last_activity_at, keystrokes,
                 errors, context_switches, files_modified, active_ms, flow_ms, intensity_ms, interruptions, version,
                 next_sequence, reused_sequences)
            SELECT session_id, user_id, status, @ts at_ms, @ts first_ms, @ts last_ms, keystrokes, errors,
                   context_switches, files_modified, active_ms, flow_ms, intensity_ms, interruptions, version,
                   next_sequence, reused_sequences
            FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::double precision[],
                        ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[])
                AS u(session_id, user_id, status, at_ms, first_ms, last_ms, keystrokes, errors, context_switches,
                     files_modified, active_ms, flow_ms, intensity_ms, interruptions, version, next_sequence,
                     reused_sequences)
            WHERE @not_deleted
            ON CONFLICT (session_id) DO UPDATE SET
                stream_status = EXCLUDED.stream_status,
                stream_status_at = EXCLUDED.stream_status_at,
                first_activity_at = EXCLUDED.first_activity_at,
                last_activity_at = EXCLUDED.last_activity_at,
                keystrokes = EXCLUDED.keystrokes,
                errors = EXCLUDED.errors,
                context_switches = EXCLUDED.context_switches,
                files_modified = EXCLUDED.files_modified,
                active_ms = EXCLUDED.active_ms,
                flow_ms = EXCLUDED.flow_ms,
                intensity_ms = EXCLUDED.intensity_ms,
                interruptions = EXCLUDED.interruptions,
                version = EXCLUDED.version,
                next_sequence = EXCLUDED.next_sequence,
                reused_sequences = EXCLUDED.reused_sequences
            WHERE (s.stream_status_at IS NULL OR s.version < EXCLUDED.version) AND s.user_id = EXCLUDED.user_id
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF)
            .replace("@not_deleted", DeletedSessions.notDeleted("coding_sessions"));

    private final String upsert;

    ObservedStatements(Tables tables) {
        upsert = tables.qualify(UPSERT);
    }

    /** @param rows one per session, ordered by session */
    int apply(Connection connection, Collection<ObservedRow> rows) throws SQLException {
        return new ArrayBinder<>(rows)
                .uuids(ObservedRow::sessionId)
                .uuids(ObservedRow::userId)
                .texts(ObservedRow::status)
                .longs(ObservedRow::atMs)
                .longsOrNull(ObservedRow::firstActivityMs)
                .longsOrNull(ObservedRow::lastActivityMs)
                .longs(ObservedRow::keystrokes)
                .longs(ObservedRow::errors)
                .longs(ObservedRow::contextSwitches)
                .longs(ObservedRow::filesModified)
                .longs(ObservedRow::activeMs)
                .longs(ObservedRow::flowMs)
                .doubles(ObservedRow::intensityMs)
                .longs(ObservedRow::interruptions)
                .longs(ObservedRow::version)
                .longs(ObservedRow::nextSequence)
                .longs(ObservedRow::reusedSequences)
                .update(connection, upsert);
    }
}
