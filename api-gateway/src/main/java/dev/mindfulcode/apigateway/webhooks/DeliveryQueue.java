package dev.mindfulcode.apigateway.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** What is to be delivered, kept where it survives restarts. Several senders may share it. */
public interface DeliveryQueue {

    /**
     * Takes deliveries that are due, each counted as one more attempt, and hides them from other senders for a while:
     * one whose sender dies comes back.
     */
    Mono<List<DueDelivery>> take(int countMax, Duration hiddenFor);

    Mono<Void> delivered(UUID messageId);

    /** Says that an attempt failed and when the next one is. */
    Mono<Void> failed(UUID messageId, String kind, Duration nextAttemptIn);

    /** Says that there will be no more attempts. */
    Mono<Void> abandoned(UUID messageId, String kind);

    /**
     * @param owner for whom the target was sealed
     * @param attempts with this one
     */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record DueDelivery(UUID messageId, UUID owner, byte[] sealedTarget, byte[] body, int attempts) {}
}
