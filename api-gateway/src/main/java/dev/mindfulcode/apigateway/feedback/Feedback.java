package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
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
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Publishes labels and resets as events. */
final class Feedback {

    private final Database database;
    private final CollectionSettingsTable settings;
    private final Prompts prompts;
    private final EventPublisher log;
    private final SecureRandom random;
    private final Clock clock;

    Feedback(
            Database database,
            CollectionSettingsTable settings,
            Prompts prompts,
            EventPublisher log,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.settings = settings;
        this.prompts = prompts;
        this.log = log;
        this.random = random;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Publishes a label, with the probability with which a prompt chose its moment, and emits its id; fails with 404 if
     * the session is not the user's, and with 403 if nothing about the user is collected.
     */
    Mono<UUID> label(UUID userId, Label label) {
        return settings.find(userId)
                .doOnNext(CollectionSettings::requireCollection)
                .then(Mono.defer(() -> ownSession(userId, label.sessionId())))
                .then(Mono.defer(() -> prompts.probabilityOf(userId, label.at())))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(probability -> append(
                        userId,
                        event(FlowFeedbackKind.LABELLED, label.at())
                                .setSessionId(label.sessionId())
                                .setFlow(label.flow())
                                .setInterrupted(label.interrupted())
                                .setProbability(probability.orElse(null))
                                .build()));
    }

    /** Publishes a reset of the user's labels and emits its id. */
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

    private Mono<UUID> append(UUID userId, FlowFeedback event) {
        return log.seal(Topics.FLOW_FEEDBACK, userId, event)
                .flatMap(value -> log.publish(Topics.FLOW_FEEDBACK, userId, value))
                .thenReturn(event.getFeedbackId());
    }

    private Mono<Void> ownSession(UUID userId, @Nullable UUID sessionId) {
        if (sessionId == null) {
            return Mono.empty();
        }
        return database.sql("SELECT session_id FROM gateway.session_owners"
                        + " WHERE session_id = :session AND user_id = :user AND status <> 'deleted'")
                .bind("session", sessionId)
                .bind("user", userId)
                .map(row -> row.get("session_id", UUID.class))
                .one()
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.forField("session_id", "Unknown session.")))
                .then();
    }
}
