package dev.mindfulcode.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** A durable queue of deliveries. Several senders may share it. */
public interface DeliveryQueue {

    /**
     * Emits deliveries that are due, counts one more attempt of each, and hides them from other senders for a while. A
     * delivery whose sender dies becomes due again.
     */
    Mono<List<DueDelivery>> take(int countMax, Duration hiddenFor);

    /** Records a successful delivery. */
    Mono<Void> delivered(UUID messageId);

    /** Records a failed attempt, and when the next one is due. */
    Mono<Void> failed(UUID messageId, String kind, Duration nextAttemptIn);

    /** Records that no more attempts will be made. */
    Mono<Void> abandoned(UUID messageId, String kind);

    /**
     * A delivery to attempt.
     *
     * @param owner the id that the target was sealed for
     * @param attempts including this one
     */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record DueDelivery(UUID messageId, UUID owner, byte[] sealedTarget, byte[] body, int attempts) {}
}
