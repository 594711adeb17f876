package dev.mindfulcode.webkit.idempotency;

import java.util.UUID;
import reactor.core.publisher.Mono;

/** The requests with an idempotency key, shared by all instances of a service. */
public interface IdempotencyStore {

    /**
     * Emits whether to execute the request or to replay its response. Fails with a problem while the first request is
     * being executed, if the key was used for another request, and if the user has too many keys or no account.
     */
    Mono<Outcome> begin(UUID userId, byte[] keyHash, byte[] fingerprint);

    sealed interface Outcome {}

    record Replay(StoredResponse response) implements Outcome {}

    /** A request that this caller executes. */
    non-sealed interface Execution extends Outcome {

        /** Stores the response for repetitions. */
        Mono<Void> complete(StoredResponse response);

        /** Releases the key, so that the request can be repeated. */
        Mono<Void> cancel();
    }
}
