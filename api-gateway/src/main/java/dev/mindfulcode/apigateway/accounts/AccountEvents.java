package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.time.Instant;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** Publishes changes of accounts to the topic {@code accounts}, by way of the outbox. */
final class AccountEvents {

    private final EventPublisher publisher;
    private final Outbox outbox;

    AccountEvents(EventPublisher publisher, Outbox outbox) {
        this.publisher = publisher;
        this.outbox = outbox;
    }

    /** Adds an event to the outbox, in the caller's transaction. The user must have a key by then. */
    Mono<Void> addRegistered(UUID userId, String timeZone, Instant now) {
        return seal(userId, AccountEventKind.REGISTERED, timeZone, now).flatMap(event -> add(userId, event));
    }

    Mono<byte[]> sealSettingsChanged(UUID userId, String timeZone, Instant now) {
        return seal(userId, AccountEventKind.SETTINGS_CHANGED, timeZone, now);
    }

    /** Adds a sealed event to the outbox, in the caller's transaction. */
    Mono<Void> add(UUID userId, byte[] event) {
        return outbox.add(Topics.ACCOUNTS.name(), userId, event);
    }

    /** Wakes the outbox relay after a transaction with events has committed. */
    void committed() {
        outbox.wakeRelay();
    }

    private Mono<byte[]> seal(UUID userId, AccountEventKind kind, String timeZone, Instant now) {
        return publisher.seal(
                Topics.ACCOUNTS,
                userId,
                AccountEvent.newBuilder()
                        .setKind(kind)
                        .setAt(now)
                        .setTimeZone(timeZone)
                        .build());
    }
}
