package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.identity.Revocations;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** The expiry and revocation of callers' credentials, for connections that outlast a request. Thread-safe. */
public final class CredentialExpiry {

    private final Revocations revocations;
    private final Clock clock;
    private final Duration lifetimeMax;

    public CredentialExpiry(Revocations revocations, Clock clock, ConnectionLimits rules) {
        this.revocations = revocations;
        this.clock = clock;
        this.lifetimeMax = rules.lifetimeMax();
    }

    /**
     * Emits when the caller's credential expires or is revoked, at the latest after the maximum lifetime of a
     * connection.
     */
    public Mono<Instant> of(Caller caller) {
        UUID grantId = caller.grantId();
        Mono<Instant> revoked = grantId == null ? Mono.never() : revoked(grantId);
        return Mono.firstWithSignal(expired(caller), revoked, revoked(caller.userId()));
    }

    private Mono<Instant> expired(Caller caller) {
        Instant now = clock.instant();
        Instant latest = now.plus(lifetimeMax);
        Instant end = caller.expiresAt().isBefore(latest) ? caller.expiresAt() : latest;
        Duration left = Duration.between(now, end);
        return Mono.delay(left.isNegative() ? Duration.ZERO : left).map(_ -> clock.instant());
    }

    private Mono<Instant> revoked(UUID grantOrUser) {
        return Mono.create(sink -> {
            Revocations.Watch watch = revocations.watch(grantOrUser, () -> sink.success(clock.instant()));
            sink.onDispose(watch::close);
        });
    }
}
