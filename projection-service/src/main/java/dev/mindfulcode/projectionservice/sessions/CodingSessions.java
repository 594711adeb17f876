package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionDetailsCodec;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code coding_sessions}: what the user said about a session and what the stream saw of it, each in its own columns;
 * the table itself works out status, start and end from both.
 */
public final class CodingSessions implements Fold {

    private final UserReportedStatements saidStatements;
    private final ObservedStatements seenStatements;
    private final DeletedSessions deletedSessions;
    private final TreeMap<UUID, List<UserReportedEvent>> said = new TreeMap<>();
    private final TreeMap<UUID, ObservedRow> seen = new TreeMap<>();
    private final Set<DeletedSessions.Id> deleted = new LinkedHashSet<>();

    private CodingSessions(
            UserReportedStatements saidStatements, ObservedStatements seenStatements, DeletedSessions deletedSessions) {
        this.saidStatements = saidStatements;
        this.seenStatements = seenStatements;
        this.deletedSessions = deletedSessions;
    }

    public static Projection projection() {
        return Projection.of(
                CodingSessions.class, "coding_sessions", 2, List.of(Topics.SESSIONS, Topics.FLOW_STATES), tables -> {
                    UserReportedStatements said = new UserReportedStatements(tables);
                    ObservedStatements seen = new ObservedStatements(tables);
                    DeletedSessions deleted = new DeletedSessions(tables, "coding_sessions");
                    return () -> new CodingSessions(said, seen, deleted);
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        if (event.value() instanceof FlowState state) {
            ObservedRow row = ObservedRow.of(event.userId(), state);
            seen.merge(row.sessionId(), row, ObservedRow::later);
        } else {
            takeSaid(event, (SessionEvent) event.value());
        }
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        int rows = 0;
        if (!deleted.isEmpty()) {
            rows += deletedSessions.delete(connection, deleted);
        } else if (!said.isEmpty() || !seen.isEmpty()) {
            deletedSessions.lockShared(connection);
        }
        if (!said.isEmpty()) {
            rows += saidStatements.apply(connection, patches(connection));
        }
        if (!seen.isEmpty()) {
            rows += seenStatements.apply(connection, seen.values());
        }
        return rows;
    }

    private void takeSaid(ProjectionEvent event, SessionEvent said) throws RejectedEventException {
        if (said.getKind() == SessionEventKind.UNKNOWN) {
            return;
        }
        if (said.getKind() == SessionEventKind.DELETED) {
            deleted.add(new DeletedSessions.Id(event.userId(), said.getSessionId()));
            return;
        }
        UserReportedEvent one = new UserReportedEvent(
                event.userId(),
                said.getKind(),
                EventValidation.timeMs(said.getAt()),
                EventValidation.timeMsOrNull(said.getStartedAt()),
                EventValidation.timeMsOrNull(said.getEndedAt()),
                details(event.cipher(), said),
                event.offset());
        List<UserReportedEvent> all = this.said.computeIfAbsent(said.getSessionId(), id -> new ArrayList<>());
        if (all.isEmpty() || all.getFirst().userId().equals(one.userId())) {
            all.add(one);
        }
    }

    /** STARTED counts only as the first that is heard of a session: said again, it must undo nothing. */
    private List<UserReportedPatch> patches(Connection connection) throws SQLException {
        List<UUID> starting = said.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(one -> one.kind() == SessionEventKind.STARTED))
                .map(Map.Entry::getKey)
                .toList();
        Set<UUID> known = starting.isEmpty() ? Set.of() : saidStatements.known(connection, starting);
        List<UserReportedPatch> patches = new ArrayList<>();
        said.forEach((sessionId, all) -> {
            UserReportedPatch patch = UserReportedPatch.of(sessionId, all, known.contains(sessionId));
            if (patch != null) {
                patches.add(patch);
            }
        });
        return patches;
    }

    /** Returns what an event says about its session, or null where it says nothing. */
    public static @Nullable SessionDetails details(@Nullable UserCipher cipher, SessionEvent said)
            throws RejectedEventException {
        ByteBuffer encrypted = said.getDetails();
        if (encrypted == null) {
            return null;
        }
        if (cipher == null) {
            throw new RejectedEventException("details without a key");
        }
        byte[] bytes = new byte[encrypted.remaining()];
        encrypted.duplicate().get(bytes);
        try {
            return SessionDetailsCodec.decode(cipher.decrypt(bytes, Topics.SESSIONS.name(), said.getDetailsVersion()));
        } catch (GeneralSecurityException e) {
            throw new RejectedEventException("details cannot be decrypted");
        } catch (MalformedPayloadException e) {
            throw new RejectedEventException("details are malformed");
        }
    }
}
