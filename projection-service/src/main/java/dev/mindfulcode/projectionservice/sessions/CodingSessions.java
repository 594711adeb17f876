package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.Event;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Plausible;
import dev.mindfulcode.projectionservice.fold.Projection;
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

    private final SaidStatements saidStatements;
    private final SeenStatements seenStatements;
    private final DeletedSessions deletedSessions;
    private final TreeMap<UUID, List<Said>> said = new TreeMap<>();
    private final TreeMap<UUID, SeenRow> seen = new TreeMap<>();
    private final Set<DeletedSessions.Id> deleted = new LinkedHashSet<>();

    private CodingSessions(
            SaidStatements saidStatements, SeenStatements seenStatements, DeletedSessions deletedSessions) {
        this.saidStatements = saidStatements;
        this.seenStatements = seenStatements;
        this.deletedSessions = deletedSessions;
    }

    public static Projection projection() {
        return Projection.of(
                CodingSessions.class, "coding_sessions", 2, List.of(Topics.SESSIONS, Topics.FLOW_STATES), tables -> {
                    SaidStatements said = new SaidStatements(tables);
                    SeenStatements seen = new SeenStatements(tables);
                    DeletedSessions deleted = new DeletedSessions(tables, "coding_sessions");
                    return () -> new CodingSessions(said, seen, deleted);
                });
    }

    @Override
    public void take(Event event) throws RejectedEventException {
        if (event.value() instanceof FlowState state) {
            SeenRow row = SeenRow.of(event.userId(), state);
            seen.merge(row.sessionId(), row, SeenRow::later);
        } else {
            takeSaid(event, (SessionEvent) event.value());
        }
    }

    @Override
    public int write(Connection connection) throws SQLException {
        int rows = 0;
        if (!deleted.isEmpty()) {
            rows += deletedSessions.delete(connection, deleted);
        } else if (!said.isEmpty() || !seen.isEmpty()) {
            deletedSessions.hold(connection);
        }
        if (!said.isEmpty()) {
            rows += saidStatements.apply(connection, patches(connection));
        }
        if (!seen.isEmpty()) {
            rows += seenStatements.apply(connection, seen.values());
        }
        return rows;
    }

    private void takeSaid(Event event, SessionEvent said) throws RejectedEventException {
        if (said.getKind() == SessionEventKind.UNKNOWN) {
            return;
        }
        if (said.getKind() == SessionEventKind.DELETED) {
            deleted.add(new DeletedSessions.Id(event.userId(), said.getSessionId()));
            return;
        }
        Said one = new Said(
                event.userId(),
                said.getKind(),
                Plausible.timeMs(said.getAt()),
                Plausible.timeMsOrNull(said.getStartedAt()),
                Plausible.timeMsOrNull(said.getEndedAt()),
                details(event.cipher(), said),
                event.offset());
        List<Said> all = this.said.computeIfAbsent(said.getSessionId(), id -> new ArrayList<>());
        if (all.isEmpty() || all.getFirst().userId().equals(one.userId())) {
            all.add(one);
        }
    }

    /** STARTED counts only as the first that is heard of a session: said again, it must undo nothing. */
    private List<SaidPatch> patches(Connection connection) throws SQLException {
        List<UUID> starting = said.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(one -> one.kind() == SessionEventKind.STARTED))
                .map(Map.Entry::getKey)
                .toList();
        Set<UUID> known = starting.isEmpty() ? Set.of() : saidStatements.known(connection, starting);
        List<SaidPatch> patches = new ArrayList<>();
        said.forEach((sessionId, all) -> {
            SaidPatch patch = SaidPatch.of(sessionId, all, known.contains(sessionId));
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
