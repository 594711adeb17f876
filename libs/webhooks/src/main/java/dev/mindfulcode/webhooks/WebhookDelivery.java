package dev.mindfulcode.webhooks;

import dev.mindfulcode.webhooks.DeliveryQueue.DueDelivery;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Delivers due messages in rounds: at least once, at most {@link #CONCURRENCY_MAX} at the same time, each until it is
 * delivered or {@link RetrySchedule#ATTEMPTS_MAX} attempts have failed.
 */
public final class WebhookDelivery implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(WebhookDelivery.class);

    static final int CONCURRENCY_MAX = 8;

    /** Below the timeout of the request that waits for it. */
    private static final Duration TEST_TIMEOUT = Duration.ofSeconds(12);

    private static final int ROUND_MAX = 2 * CONCURRENCY_MAX;
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

    /** All attempts of a round end well before other senders see them again. */
    private static final Duration VISIBILITY_TIMEOUT = WebhookSender.ATTEMPT_TIMEOUT.multipliedBy(8);

    private final DeliveryQueue deliveries;
    private final WebhookTargets targets;
    private final WebhookSender sender;
    private final RandomGenerator random;
    private final Map<String, Counter> attempts = new HashMap<>();
    private final Sinks.Many<Boolean> wakes = Sinks.many().multicast().directBestEffort();
    private volatile @Nullable Disposable running;

    /** Creates the delivery from a queue; {@link #start} begins it. */
    public static WebhookDelivery create(
            DeliveryQueue deliveries, WebhookTargets targets, WebhookSettings settings, MeterRegistry meters) {
        return new WebhookDelivery(
                deliveries,
                targets,
                new WebhookSender(settings.addresses(), Clock.systemUTC()),
                new SecureRandom(),
                meters);
    }

    WebhookDelivery(
            DeliveryQueue deliveries,
            WebhookTargets targets,
            WebhookSender sender,
            RandomGenerator random,
            MeterRegistry meters) {
        this.deliveries = deliveries;
        this.targets = targets;
        this.sender = sender;
        this.random = random;
        for (String outcome : List.of("delivered", "failed", "given_up")) {
            attempts.put(
                    outcome,
                    Counter.builder("mindful.gateway.webhook.attempts")
                            .description("Attempts to deliver a webhook message, by outcome")
                            .tag("outcome", outcome)
                            .register(meters));
        }
    }

    /** Starts a round without waiting for the next poll. */
    public void wake() {
        wakes.tryEmitNext(true);
    }

    @Override
    public synchronized void start() {
        if (running == null) {
            running = Flux.interval(Duration.ZERO, POLL_INTERVAL)
                    .map(_ -> true)
                    .mergeWith(wakes.asFlux())
                    .onBackpressureLatest()
                    .concatMap(_ -> rounds(), 1)
                    .subscribe();
        }
    }

    /** Runs rounds until nothing is due; does not fail. */
    private Mono<Void> rounds() {
        return round().expand(delivered -> delivered == 0 ? Mono.empty() : round())
                .then()
                .onErrorResume(e -> {
                    log.warn(
                            "Webhook delivery paused; retrying in {} s: error={}",
                            POLL_INTERVAL.toSeconds(),
                            e.toString());
                    return Mono.empty();
                });
    }

    /** Emits the number of attempts. */
    Mono<Integer> round() {
        return deliveries
                .take(ROUND_MAX, VISIBILITY_TIMEOUT)
                .flatMap(due -> deliver(due).thenReturn(due.size()));
    }

    private Mono<Void> deliver(List<DueDelivery> due) {
        return Flux.fromIterable(due)
                .flatMap(one -> attempt(one).flatMap(outcome -> record(one, outcome)), CONCURRENCY_MAX)
                .then();
    }

    /** Makes one attempt at once, without retries, and emits its result. */
    public Mono<TestDelivery> test(byte[] sealedTarget, UUID owner, UUID messageId, byte[] body) {
        return attempt(new DueDelivery(messageId, owner, sealedTarget, body, 1))
                .timeout(TEST_TIMEOUT, Mono.just(new WebhookOutcome.Failed("timeout")))
                .elapsed()
                .map(timed -> switch (timed.getT2()) {
                    case WebhookOutcome.Delivered() -> new TestDelivery(messageId, true, "delivered", timed.getT1());
                    case WebhookOutcome.Failed(String kind) -> new TestDelivery(messageId, false, kind, timed.getT1());
                    case WebhookOutcome.PermanentFailure(String kind) ->
                        new TestDelivery(messageId, false, kind, timed.getT1());
                });
    }

    private Mono<WebhookOutcome> attempt(DueDelivery due) {
        try {
            WebhookTarget target = targets.open(due.sealedTarget(), due.owner());
            return sender.send(target, due.messageId().toString(), due.body());
        } catch (GeneralSecurityException e) {
            return Mono.just(new WebhookOutcome.PermanentFailure("target_sealed_under_another_key"));
        }
    }

    private Mono<Void> record(DueDelivery due, WebhookOutcome outcome) {
        return switch (outcome) {
            case WebhookOutcome.Delivered() -> {
                count("delivered");
                yield deliveries.delivered(due.messageId());
            }
            case WebhookOutcome.Failed(String kind)
            when due.attempts() < RetrySchedule.ATTEMPTS_MAX -> {
                count("failed");
                yield deliveries.failed(due.messageId(), kind, RetrySchedule.afterFailure(due.attempts(), random));
            }
            case WebhookOutcome.Failed(String kind) -> giveUp(due, kind);
            case WebhookOutcome.PermanentFailure(String kind) -> giveUp(due, kind);
        };
    }

    private Mono<Void> giveUp(DueDelivery due, String kind) {
        count("given_up");
        log.warn(
                "Webhook delivery abandoned: message={}, attempts={}, failure={}",
                due.messageId(),
                due.attempts(),
                kind);
        return deliveries.abandoned(due.messageId(), kind);
    }

    private void count(String outcome) {
        Objects.requireNonNull(attempts.get(outcome)).increment();
    }

    @Override
    public synchronized void stop() {
        Disposable stopping = running;
        running = null;
        if (stopping != null) {
            stopping.dispose();
        }
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }
}
