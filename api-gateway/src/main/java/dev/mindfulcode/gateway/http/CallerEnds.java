package dev.mindfulcode.gateway.http;

import dev.mindfulcode.access.Revocations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** When a caller's credential ends, for connections that outlast a request. Thread-safe. */
public final class CallerEnds {

    private final Revocations revocations;
    private final Clock clock;

    public CallerEnds(Revocations revocations, Clock clock) {
        this.revocations = revocations;
        this.clock = clock;
    }

    /** Emits when the caller's credential expires or is revoked. */
    public Mono<Instant> of(Caller caller) {
        return Mono.firstWithSignal(expired(caller), revoked(caller));
    }

    /** An API key does not expire, and a delay cannot be so long. */
    private Mono<Instant> expired(Caller caller) {
        if (caller.expiresAt().equals(Instant.MAX)) {
            return Mono.never();
        }
        Duration left = Duration.between(clock.instant(), caller.expiresAt());
        return Mono.delay(left.isNegative() ? Duration.ZERO : left).map(_ -> clock.instant());
    }

    private Mono<Instant> revoked(Caller caller) {
        UUID grantId = caller.grantId();
        return grantId == null
                ? Mono.never()
                : Mono.create(sink -> {
                    Revocations.Watch watch = revocations.watch(grantId, () -> sink.success(clock.instant()));
                    sink.onDispose(watch::close);
                });
    }
}
