package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Ownership and state of sessions whose events were decided elsewhere. Each statement joins the transaction. */
public final class ImportedSessions {

    private final SessionOwnership ownership;
    private final SessionExclusions exclusions;

    public ImportedSessions(Database database, SessionExclusions exclusions) {
        this.ownership = new SessionOwnership(database);
        this.exclusions = exclusions;
    }

    /**
     * A published event.
     *
     * @param details null if the event sets none
     */
    public record Published(SessionEvent event, @Nullable SessionDetails details, LogPosition position) {}

    /**
     * Claims ids; fails with 409 for one that belongs to another user.
     *
     * @param startedAt the first known time of each session
     */
    public Mono<Void> claim(UUID userId, Map<UUID, Instant> startedAt) {
        return Flux.fromIterable(startedAt.entrySet())
                .concatMap(session -> ownership
                        .claim(session.getKey(), userId, session.getValue())
                        .then(Mono.defer(() -> ownership.find(session.getKey(), userId)))
                        .switchIfEmpty(Mono.error(
                                () -> ProblemType.SESSION_ID_TAKEN.withDetail("The session belongs to another user."))))
                .then();
    }

    /** Stores the state of sessions after published events, and what may exclude them. */
    public Mono<Void> apply(UUID userId, List<Published> events, CollectionSettings current) {
        Map<UUID, Mono<OwnedSession>> sessions = new HashMap<>();
        for (Published published : events) {
            UUID sessionId = published.event.getSessionId();
            Mono<OwnedSession> before = sessions.getOrDefault(sessionId, ownership.find(sessionId, userId));
            sessions.put(sessionId, before.map(session -> after(session, published)));
        }
        return Flux.fromIterable(sessions.values())
                .concatMap(session -> session.flatMap(ownership::update))
                .thenMany(Flux.fromIterable(updates(events).entrySet()))
                .concatMap(update -> ownership
                        .find(update.getKey(), userId)
                        .flatMap(session -> exclusions.update(session, update.getValue(), current)))
                .then();
    }

    private static Map<UUID, DetailsUpdate> updates(List<Published> events) {
        Map<UUID, DetailsUpdate> updates = new HashMap<>();
        for (Published published : events) {
            SessionDetails details = published.details;
            if (details != null) {
                updates.merge(
                        published.event.getSessionId(),
                        new DetailsUpdate(details.getProject(), details.getLanguage(), details.getEditor()),
                        DetailsUpdate::followedBy);
            }
        }
        return updates;
    }

    private static OwnedSession after(OwnedSession session, Published published) {
        SessionEvent event = published.event;
        SessionLifecycle status = Objects.requireNonNullElse(session.status(), SessionLifecycle.ACTIVE);
        if (status == SessionLifecycle.DELETED) {
            return session.with(status, session.endedAt(), published.position);
        }
        return switch (event.getKind()) {
            case STARTED, UPDATED, UNKNOWN -> session.with(status, session.endedAt(), published.position);
            case PAUSED ->
                session.with(
                        status == SessionLifecycle.ACTIVE ? SessionLifecycle.PAUSED : status,
                        session.endedAt(),
                        published.position);
            case RESUMED ->
                session.with(
                        status == SessionLifecycle.PAUSED ? SessionLifecycle.ACTIVE : status,
                        session.endedAt(),
                        published.position);
            case ENDED ->
                session.endedAt() == null
                        ? session.with(SessionLifecycle.ENDED, event.getAt(), published.position)
                        : session.with(status, session.endedAt(), published.position);
            case CORRECTED ->
                session.with(status, session.endedAt(), published.position)
                        .corrected(new SessionCorrection(event.getStartedAt(), event.getEndedAt()), published.position);
            case DELETED -> session.with(SessionLifecycle.DELETED, session.endedAt(), published.position);
        };
    }
}
