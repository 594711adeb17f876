package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowFeedbackKind;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Labels and resets, brought to the log: done when it has them. Nothing is kept here. */
final class Feedback {

    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final EventPublisher log;
    private final SecureRandom random;
    private final Clock clock;

    Feedback(Database database, AsyncUserCiphers ciphers, EventPublisher log, SecureRandom random, Clock clock) {
        this.database = database;
        this.ciphers = ciphers;
        this.log = log;
        this.random = random;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Emits the label's id; fails with 404 where its session is not this user's. */
    Mono<UUID> label(UUID userId, Label label) {
        return ownSession(userId, label.sessionId())
                .then(append(
                        userId,
                        event(FlowFeedbackKind.LABELLED, label.at())
                                .setSessionId(label.sessionId())
                                .setFlow(label.flow())
                                .setInterrupted(label.interrupted())
                                .build()));
    }

    /** Has all that was learned of this user's labels forgotten; emits the reset's id. */
    Mono<UUID> reset(UUID userId) {
        return append(userId, event(FlowFeedbackKind.RESET, now()).build());
    }

    private FlowFeedback.Builder event(FlowFeedbackKind kind, Instant at) {
        return FlowFeedback.newBuilder()
                .setFeedbackId(Uuids.version7(clock.millis(), random))
                .setKind(kind)
                .setAt(at)
                .setCreatedAt(now());
    }

    /** A user without a key has been erased and says nothing more. */
    private Mono<UUID> append(UUID userId, FlowFeedback event) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account is gone.")))
                .flatMap(_ -> log.publish(Topics.FLOW_FEEDBACK, userId, event))
                .thenReturn(event.getFeedbackId());
    }

    private Mono<Void> ownSession(UUID userId, @Nullable UUID sessionId) {
        if (sessionId == null) {
            return Mono.empty();
        }
        return database.sql("select session_id from gateway.session_owners"
                        + " where session_id = :session and user_id = :user and status <> 'deleted'")
                .bind("session", sessionId)
                .bind("user", userId)
                .map(row -> row.get("session_id", UUID.class))
                .one()
                .switchIfEmpty(
                        Mono.error(() -> ProblemType.NOT_FOUND.forField("session_id", "There is no such session.")))
                .then();
    }
}
