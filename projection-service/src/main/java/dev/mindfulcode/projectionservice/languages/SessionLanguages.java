package dev.mindfulcode.projectionservice.languages;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.sessions.CodingSessions;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** {@code session_languages}: one row for each event that starts a session or sets its language. */
@NullMarked
public final class SessionLanguages implements Fold {

    private static final String INSERT = """
            INSERT INTO {session_languages} (user_id, session_id, event_offset, kind, set_at, language)
            SELECT user_id, session_id, event_offset, kind, @ts set_ms, language
            FROM unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::text[])
                AS u(user_id, session_id, event_offset, kind, set_ms, language)
            WHERE @not_deleted
            ON CONFLICT (session_id, event_offset) DO NOTHING
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF)
            .replace("@not_deleted", DeletedSessions.notDeleted("session_languages"));

    private record Key(UUID sessionId, long offset) {}

    private record Row(
            Key key,
            UUID userId,
            String kind,
            long setMs,
            @Nullable String language) {}

    private final String insert;
    private final DeletedSessions.Deletions deletions;
    private final TreeMap<Key, Row> rows =
            new TreeMap<>(Comparator.comparing(Key::sessionId).thenComparingLong(Key::offset));

    private SessionLanguages(String insert, DeletedSessions.Deletions deletions) {
        this.insert = insert;
        this.deletions = deletions;
    }

    public static Projection projection() {
        return Projection.of(SessionLanguages.class, "session_languages", 1, List.of(Topics.SESSIONS), tables -> {
            String insert = tables.qualify(INSERT);
            DeletedSessions deleted = new DeletedSessions(tables, "session_languages");
            return () -> new SessionLanguages(insert, deleted.begin());
        });
    }

    /** Skips invalid events: {@link CodingSessions} rejects the same ones, and one dead letter is enough. */
    @Override
    public void apply(ProjectionEvent event) {
        SessionEvent change = (SessionEvent) event.value();
        switch (change.getKind()) {
            case DELETED -> deletions.add(event, change);
            case STARTED -> add(event, change, "started");
            case CORRECTED -> add(event, change, "corrected");
            case UPDATED, PAUSED, RESUMED, ENDED -> add(event, change, "updated");
            case UNKNOWN -> {}
        }
    }

    private void add(ProjectionEvent event, SessionEvent change, String kind) {
        long setMs;
        try {
            setMs = EventValidation.timeMs(change.getAt());
        } catch (RejectedEventException e) {
            return;
        }
        String language = change.getLanguage();
        if (language == null && change.getKind() != SessionEventKind.STARTED) {
            return;
        }
        Key key = new Key(change.getSessionId(), event.offset());
        rows.put(key, new Row(key, event.userId(), kind, setMs, EventValidation.textOrNull(language)));
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        int deleted = deletions.flush(connection, !rows.isEmpty());
        return rows.isEmpty()
                ? deleted
                : deleted
                        + new ArrayBinder<>(rows.values())
                                .uuids(Row::userId)
                                .uuids(row -> row.key().sessionId())
                                .longs(row -> row.key().offset())
                                .texts(Row::kind)
                                .longs(Row::setMs)
                                .texts(Row::language)
                                .update(connection, insert);
    }
}
