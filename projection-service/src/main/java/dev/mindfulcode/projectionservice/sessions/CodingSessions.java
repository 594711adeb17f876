package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * {@code coding_sessions}: the events that the user reported and the state that flow-stream observed, each in columns
 * of its own. Generated columns derive status, start and end from both.
 */
public final class CodingSessions implements Fold {

    private final UserReportedStatements reportedStatements;
    private final ObservedStatements observedStatements;
    private final DeletedSessions.Deletions deletions;
    private final TreeMap<UUID, List<UserReportedEvent>> reported = new TreeMap<>();
    private final TreeMap<UUID, ObservedRow> observed = new TreeMap<>();

    private CodingSessions(
            UserReportedStatements reportedStatements,
            ObservedStatements observedStatements,
            DeletedSessions.Deletions deletions) {
        this.reportedStatements = reportedStatements;
        this.observedStatements = observedStatements;
        this.deletions = deletions;
    }

    public static Projection projection() {
        return Projection.of(
                CodingSessions.class, "coding_sessions", 3, List.of(Topics.SESSIONS, Topics.FLOW_STATES), tables -> {
                    UserReportedStatements reported = new UserReportedStatements(tables);
                    ObservedStatements observed = new ObservedStatements(tables);
                    DeletedSessions deleted = new DeletedSessions(tables, "coding_sessions");
                    return () -> new CodingSessions(reported, observed, deleted.begin());
                });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        if (event.value() instanceof FlowState state) {
            ObservedRow row = ObservedRow.of(event.userId(), state);
            observed.merge(row.sessionId(), row, ObservedRow::later);
        } else {
            applyReported(event, (SessionEvent) event.value());
        }
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        int rows = deletions.flush(connection, !reported.isEmpty() || !observed.isEmpty());
        if (!reported.isEmpty()) {
            rows += reportedStatements.apply(connection, patches(connection));
        }
        if (!observed.isEmpty()) {
            rows += observedStatements.apply(connection, observed.values());
        }
        return rows;
    }

    private void applyReported(ProjectionEvent event, SessionEvent change) throws RejectedEventException {
        if (change.getKind() == SessionEventKind.UNKNOWN || deletions.add(event, change)) {
            return;
        }
        UserReportedEvent reportedEvent = new UserReportedEvent(
                event.userId(),
                change.getKind(),
                EventValidation.timeMs(change.getAt()),
                EventValidation.timeMsOrNull(change.getStartedAt()),
                EventValidation.timeMsOrNull(change.getEndedAt()),
                EventValidation.sealedOrNull(change.getProject()),
                EventValidation.sealedOrNull(change.getProjectIndex()),
                EventValidation.textOrNull(change.getLanguage()),
                EventValidation.sealedOrNull(change.getEditor()),
                event.offset());
        List<UserReportedEvent> events = reported.computeIfAbsent(change.getSessionId(), _ -> new ArrayList<>());
        if (events.isEmpty() || events.getFirst().userId().equals(reportedEvent.userId())) {
            events.add(reportedEvent);
        }
    }

    /** STARTED counts only as the first event of a session, so that a repetition undoes nothing. */
    private List<UserReportedPatch> patches(Connection connection) throws SQLException {
        List<UUID> starting = reported.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(one -> one.kind() == SessionEventKind.STARTED))
                .map(Map.Entry::getKey)
                .toList();
        Set<UUID> known = starting.isEmpty() ? Set.of() : reportedStatements.known(connection, starting);
        List<UserReportedPatch> patches = new ArrayList<>();
        reported.forEach((sessionId, events) -> {
            UserReportedPatch patch = UserReportedPatch.of(sessionId, events, known.contains(sessionId));
            if (patch != null) {
                patches.add(patch);
            }
        });
        return patches;
    }
}
