package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** SQL that writes the columns reported by the user. */
final class UserReportedStatements {

    private static final String KNOWN = """
            SELECT session_id FROM {coding_sessions}
            WHERE session_id = ANY (?::uuid[]) AND user_started_at IS NOT NULL
            """;

    private static final String UPSERT = """
            INSERT INTO {coding_sessions} AS s
                (session_id, user_id, user_started_at, user_ended_at, corrected_started_at, corrected_ended_at,
                 user_status, user_status_at, project, project_index, language, editor, event_offset)
            SELECT session_id, user_id, @ts first_ms, @ts ended_ms, @ts corrected_start_ms, @ts corrected_end_ms,
                   status, @ts status_ms, project, project_index, language, editor, event_offset
            FROM unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
                        ?::bigint[], ?::bytea[], ?::bytea[], ?::text[], ?::bytea[], ?::bigint[])
                AS u(session_id, user_id, first_ms, ended_ms, corrected_start_ms, corrected_end_ms, status, status_ms,
                     project, project_index, language, editor, event_offset)
            WHERE @not_deleted
            ON CONFLICT (session_id) DO UPDATE SET
                user_started_at = coalesce(s.user_started_at, EXCLUDED.user_started_at),
                user_ended_at = coalesce(s.user_ended_at, EXCLUDED.user_ended_at),
                corrected_started_at = coalesce(EXCLUDED.corrected_started_at, s.corrected_started_at),
                corrected_ended_at = coalesce(EXCLUDED.corrected_ended_at, s.corrected_ended_at),
                user_status = coalesce(EXCLUDED.user_status, s.user_status),
                user_status_at = coalesce(EXCLUDED.user_status_at, s.user_status_at),
                project = coalesce(EXCLUDED.project, s.project),
                project_index = coalesce(EXCLUDED.project_index, s.project_index),
                language = coalesce(EXCLUDED.language, s.language),
                editor = coalesce(EXCLUDED.editor, s.editor),
                event_offset = EXCLUDED.event_offset
            WHERE s.event_offset < EXCLUDED.event_offset AND s.user_id = EXCLUDED.user_id
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF)
            .replace("@not_deleted", DeletedSessions.notDeleted("coding_sessions"));

    private final String known;
    private final String upsert;

    UserReportedStatements(Tables tables) {
        known = tables.qualify(KNOWN);
        upsert = tables.qualify(UPSERT);
    }

    /** Returns the sessions whose start is stored. */
    Set<UUID> known(Connection connection, List<UUID> sessionIds) throws SQLException {
        Set<UUID> found = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(known)) {
            statement.setArray(1, connection.createArrayOf("uuid", sessionIds.toArray()));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    found.add(results.getObject(1, UUID.class));
                }
            }
        }
        return found;
    }

    /** @param patches one per session, ordered by session */
    int apply(Connection connection, Collection<UserReportedPatch> patches) throws SQLException {
        return new ArrayBinder<>(patches)
                .uuids(UserReportedPatch::sessionId)
                .uuids(UserReportedPatch::userId)
                .longs(UserReportedPatch::firstMs)
                .longsOrNull(UserReportedPatch::endedMs)
                .longsOrNull(UserReportedPatch::correctedStartMs)
                .longsOrNull(UserReportedPatch::correctedEndMs)
                .texts(UserReportedPatch::status)
                .longsOrNull(UserReportedPatch::statusMs)
                .bytes(UserReportedPatch::project)
                .bytes(UserReportedPatch::projectIndex)
                .texts(UserReportedPatch::language)
                .bytes(UserReportedPatch::editor)
                .longs(UserReportedPatch::eventOffset)
                .update(connection, upsert);
    }
}
