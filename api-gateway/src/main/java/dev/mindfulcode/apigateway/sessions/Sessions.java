package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.apigateway.log.SentEvents;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Publishes the events of session commands.
 *
 * <p>The id is claimed in a transaction of its own; then the event is published and the row updated. After a crash in
 * between, the client repeats its request and completes the command. The row is locked meanwhile, so that only one of
 * several equal requests publishes the event.
 */
final class Sessions {

    static final Duration CLOCK_PAST_MAX = Duration.ofDays(31);
    static final Duration CLOCK_FUTURE_MAX = Duration.ofSeconds(60);

    private static final Duration LOCK_RETRY_INTERVAL = Duration.ofMillis(20);
    private static final int LOCK_RETRIES_MAX = 300;
    private static final int RETRY_AFTER_SECONDS = 1;

    private final SessionOwnership ownership;
    private final SessionExclusions exclusions;
    private final CollectionSettingsTable settings;
    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final EventPublisher publisher;
    private final SentEvents sent;
    private final Clock clock;

    Sessions(
            Database database,
            AsyncUserCiphers ciphers,
            SessionExclusions exclusions,
            CollectionSettingsTable settings,
            EventPublisher publisher,
            Clock clock) {
        this.ownership = new SessionOwnership(database);
        this.exclusions = exclusions;
        this.settings = settings;
        this.database = database;
        this.ciphers = ciphers;
        this.publisher = publisher;
        this.sent = new SentEvents(database);
        this.clock = clock;
    }

    /**
     * Starts a session, or returns the one that this user has started with the id; fails with 403 if the user's
     * settings allow no session, or exclude this one.
     */
    Mono<StartResult> start(UUID userId, UUID sessionId, DetailsUpdate details, @Nullable Instant startedAt) {
        Instant now = now();
        return encrypt(userId, details)
                .flatMap(ciphered -> settings.find(userId)
                        .doOnNext(current -> requireCollected(current, details))
                        .then(Mono.defer(() -> ownership.claim(sessionId, userId, clamped(startedAt, now))))
                        .flatMap(created -> ownership
                                .find(sessionId, userId)
                                .flatMap(claim -> claim.status() != null
                                        ? Mono.just(claim)
                                        : locked(claim, (locked, current) -> start(locked, current, details, ciphered)))
                                // After the lock: another request may have started and deleted it meanwhile.
                                .filter(claim -> claim.status() != SessionLifecycle.DELETED)
                                .switchIfEmpty(Mono.error(() -> ProblemType.SESSION_ID_TAKEN.forField(
                                        "session_id", "Create a new id and try again.")))
                                .map(claim -> new StartResult(claim, created))));
    }

    private Mono<Done> start(
            OwnedSession claim, CollectionSettings current, DetailsUpdate details, SealedDetails ciphered) {
        if (claim.status() != null) {
            return Mono.just(Done.of(claim));
        }
        requireCollected(current, details);
        return (details.isEmpty() ? Mono.empty() : exclusions.update(claim, details, current))
                .then(Mono.defer(() ->
                        append(claim, SessionEventKind.STARTED, claim.startedAt(), SessionCorrection.NONE, ciphered)))
                .flatMap(at -> ownership.update(claim.with(SessionLifecycle.ACTIVE, null, at)))
                .map(Done::of);
    }

    private static void requireCollected(CollectionSettings current, DetailsUpdate details) {
        current.requireCollection();
        String excludedBy = current.exclusions().fieldExcluding(details.project(), details.language());
        if (excludedBy != null) {
            throw CollectionSettings.excluded(excludedBy);
        }
    }

    /**
     * Applies a command and emits the resulting session; fails with 404 if the session belongs to another user, and
     * with 403 if the user's settings do not allow it.
     *
     * @param at time of the command by the client's clock; null for now
     */
    Mono<CommandResult> command(
            UUID userId, UUID sessionId, SessionCommand command, DetailsUpdate details, @Nullable Instant at) {
        Instant now = now();
        return find(userId, sessionId)
                .flatMap(known -> encrypt(userId, details)
                        .flatMap(ciphered -> locked(
                                known,
                                (claim, current) ->
                                        apply(claim, current, command, clamped(at, now), details, ciphered)))
                        .map(claim -> new CommandResult(known, claim)));
    }

    /** Corrects a session and emits the result; fails with 404 if the session belongs to another user. */
    Mono<CommandResult> correct(UUID userId, UUID sessionId, SessionCorrection correction, DetailsUpdate details) {
        Instant now = now();
        return find(userId, sessionId)
                .flatMap(known -> encrypt(userId, details)
                        .flatMap(ciphered -> locked(
                                known, (claim, current) -> correct(claim, current, correction, now, details, ciphered)))
                        .map(claim -> new CommandResult(known, claim)));
    }

    private Mono<Done> correct(
            OwnedSession claim,
            CollectionSettings current,
            SessionCorrection correction,
            Instant now,
            DetailsUpdate details,
            SealedDetails ciphered) {
        if (!claim.exists()) {
            return Mono.error(noSuchSession());
        }
        correction.check(claim);
        return unlessExcluded(
                claim,
                current,
                details,
                () -> append(claim, SessionCommand.CORRECT.event(), now, correction, ciphered)
                        .flatMap(position -> ownership.update(claim.corrected(correction, position))));
    }

    /** Emits a session that was started; fails with 404 if it belongs to another user. */
    Mono<OwnedSession> find(UUID userId, UUID sessionId) {
        return ownership
                .find(sessionId, userId)
                .filter(OwnedSession::exists)
                .switchIfEmpty(Mono.error(Sessions::noSuchSession));
    }

    private static ProblemException noSuchSession() {
        return ProblemType.NOT_FOUND.withDetail("There is no such session.");
    }

    private Mono<Done> apply(
            OwnedSession claim,
            CollectionSettings current,
            SessionCommand command,
            Instant at,
            DetailsUpdate details,
            SealedDetails ciphered) {
        SessionLifecycle status = claim.status();
        if (status == null || status == SessionLifecycle.DELETED) {
            return Mono.error(noSuchSession());
        }
        if (command.reportsWork()) {
            current.requireCollection();
        }
        return switch (command.decide(status)) {
            case ALREADY_DONE -> Mono.just(Done.of(claim));
            case TOO_LATE -> Mono.error(ProblemType.SESSION_ENDED.withDetail("Start a new session."));
            case APPLY -> {
                Instant when = at.isBefore(claim.startedAt()) ? claim.startedAt() : at;
                Instant endedAt = command == SessionCommand.END ? when : claim.endedAt();
                yield unlessExcluded(
                        claim,
                        current,
                        details,
                        () -> append(claim, command.event(), when, SessionCorrection.NONE, ciphered)
                                .flatMap(position ->
                                        ownership.update(claim.with(command.after(status), endedAt, position))));
            }
        };
    }

    /** Publishes an event, unless its details exclude the session: they are then not on the log. */
    private Mono<Done> unlessExcluded(
            OwnedSession claim,
            CollectionSettings current,
            DetailsUpdate details,
            Supplier<Mono<OwnedSession>> publishing) {
        return details.isEmpty()
                ? publishing.get().map(Done::of)
                : exclusions
                        .update(claim, details, current)
                        .flatMap(result -> result.excludedBy() == null
                                ? publishing.get().map(Done::of)
                                : Mono.just(new Done(claim, result)));
    }

    /**
     * Runs work in a transaction that locks the user's settings and the session. Waits for the session's lock outside
     * of the transaction. Fails after the transaction if the work excluded the session.
     */
    private Mono<OwnedSession> locked(
            OwnedSession claim, BiFunction<OwnedSession, CollectionSettings, Mono<Done>> work) {
        Mono<Done> attempt = database.inTransaction(settings.findLocked(claim.userId())
                .flatMap(current -> ownership
                        .lock(claim.sessionId(), claim.userId())
                        .flatMap(locked -> work.apply(locked, current))));
        return attempt.repeatWhenEmpty(tries -> tries.take(LOCK_RETRIES_MAX).delayElements(LOCK_RETRY_INTERVAL))
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAVAILABLE.retryAfter(
                        RETRY_AFTER_SECONDS, "Another request is changing the session.")))
                .flatMap(Sessions::refuseExcluded);
    }

    /** Fails for an excluded session, once ingest accepts nothing of it. */
    private static Mono<OwnedSession> refuseExcluded(Done done) {
        SessionExclusions.Result exclusion = done.exclusion();
        String excludedBy = exclusion == null ? null : exclusion.excludedBy();
        if (exclusion == null || excludedBy == null) {
            return Mono.just(done.session());
        }
        return (exclusion.isChange() ? Mono.delay(CollectionLevel.IN_FORCE_WITHIN) : Mono.just(0L))
                .flatMap(_ -> Mono.error(CollectionSettings.excluded(excludedBy)));
    }

    private Mono<LogPosition> append(
            OwnedSession claim,
            SessionEventKind kind,
            Instant at,
            SessionCorrection correction,
            SealedDetails ciphered) {
        SessionEvent event = SessionEvent.newBuilder()
                .setSessionId(claim.sessionId())
                .setKind(kind)
                .setAt(at)
                .setRecordedAt(now())
                .setStartedAt(correction.startedAt())
                .setEndedAt(correction.endedAt())
                .build();
        ciphered.addTo(event);
        return publisher
                .seal(Topics.SESSIONS, claim.userId(), event)
                .flatMap(value -> publisher
                        .publish(Topics.SESSIONS, claim.userId(), value)
                        .flatMap(position ->
                                sent.add(position, claim.userId(), value).thenReturn(position)));
    }

    /** Fails with 401 for an erased user, who has no key. */
    private Mono<SealedDetails> encrypt(UUID userId, DetailsUpdate details) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")))
                .map(details::seal);
    }

    private static Instant clamped(@Nullable Instant at, Instant now) {
        if (at == null) {
            return now;
        }
        Instant earliest = now.minus(CLOCK_PAST_MAX);
        Instant latest = now.plus(CLOCK_FUTURE_MAX);
        return at.isBefore(earliest) ? earliest : at.isAfter(latest) ? latest : at.truncatedTo(ChronoUnit.MILLIS);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** @param exclusion null if the session's details did not change */
    private record Done(OwnedSession session, SessionExclusions.@Nullable Result exclusion) {

        static Done of(OwnedSession session) {
            return new Done(session, null);
        }
    }

    /** @param created whether this request claimed the id */
    record StartResult(OwnedSession claim, boolean created) {}

    /** @param before the session before the command, whose position the read model has most likely reached */
    record CommandResult(OwnedSession before, OwnedSession after) {}
}
