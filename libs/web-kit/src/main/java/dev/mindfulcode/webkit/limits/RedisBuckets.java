package dev.mindfulcode.webkit.limits;

import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Token buckets in Redis, shared by several gateways. While Redis is unavailable each gateway counts in its fallback:
 * it is better to allow too many requests for a while than none. The change is logged once each way; meanwhile one
 * request per second tries Redis again.
 *
 * <p>Keys contain a keyed hash of the subject: a reader of Redis cannot find out addresses by hashing all of them. They
 * expire when the bucket is full again.
 */
public final class RedisBuckets implements TokenBuckets {

    private static final Logger log = LoggerFactory.getLogger(RedisBuckets.class);

    private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(500);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);
    private static final Duration EXPIRY_AFTER_FULL = Duration.ofSeconds(10);
    private static final long STOP_TIMEOUT_MS = 1_000;
    private static final int REQUEST_QUEUE_MAX = 10_000;
    private static final int THREADS = 2;
    private static final int SUBJECT_BYTES = 16;
    private static final String HMAC = "HmacSHA256";

    private final ClientResources resources;
    private final RedisClient client;
    private final TokenBuckets fallback;
    private final SecretKeySpec subjectKey;

    private final Mono<AsyncProxyManager<byte[]>> buckets;
    private final AtomicBoolean unavailable = new AtomicBoolean();
    private final AtomicLong nextTryNs = new AtomicLong(System.nanoTime());

    private RedisBuckets(RedisURI uri, TokenBuckets fallback, byte[] secret) {
        this.fallback = fallback;
        subjectKey = new SecretKeySpec(secret, HMAC);
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .reconnectDelay(Delay.constant(RETRY_INTERVAL))
                .build();
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUEST_QUEUE_MAX)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                .build());
        // Connects once; Lettuce reconnects from then on.
        buckets = Mono.defer(() -> Mono.fromCompletionStage(client.connectAsync(ByteArrayCodec.INSTANCE, uri)))
                .map(RedisBuckets::proxies)
                .cache(_ -> FOR_EVER, _ -> RETRY_INTERVAL, () -> RETRY_INTERVAL);
    }

    /**
     * Returns at once; Redis counts as unavailable until it is connected.
     *
     * @param secret hashes subjects; the same in all gateways that share counts
     */
    public static RedisBuckets connect(String url, TokenBuckets fallback, byte[] secret) {
        RedisURI uri;
        try {
            uri = RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            // Without the value and the cause, which contain the password.
            throw new IllegalStateException(
                    "REDIS_URL is not a Redis URL; set one such as redis://:password@localhost:6379.");
        }
        RedisBuckets made = new RedisBuckets(uri, fallback, secret);
        made.buckets.subscribe(_ -> {}, made::markUnavailable);
        return made;
    }

    boolean isUnavailable() {
        return unavailable.get();
    }

    @Override
    public Mono<RateLimitResult> tryConsume(Quota quota, String subject) {
        return Mono.defer(() -> {
            long now = System.nanoTime();
            long next = nextTryNs.get();
            boolean ask = !unavailable.get()
                    || (now - next >= 0 && nextTryNs.compareAndSet(next, now + RETRY_INTERVAL.toNanos()));
            return ask ? tryConsumeInRedis(quota, subject) : fallback.tryConsume(quota, subject);
        });
    }

    private Mono<RateLimitResult> tryConsumeInRedis(Quota quota, String subject) {
        return buckets.flatMap(proxies -> Mono.fromFuture(() -> proxies.builder()
                        .build(key(quota, subject), () -> CompletableFuture.completedFuture(quota.bucket()))
                        .tryConsumeAndReturnRemaining(1)))
                .timeout(REQUEST_TIMEOUT)
                .map(RateLimitResult::of)
                .doOnNext(_ -> markAvailable())
                .onErrorResume(e -> {
                    markUnavailable(e);
                    return fallback.tryConsume(quota, subject);
                });
    }

    private static AsyncProxyManager<byte[]> proxies(StatefulRedisConnection<byte[], byte[]> connection) {
        return Bucket4jLettuce.casBasedBuilder(connection)
                .requestTimeout(REQUEST_TIMEOUT)
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(EXPIRY_AFTER_FULL))
                .build()
                .asAsync();
    }

    private void markUnavailable(Throwable e) {
        nextTryNs.set(System.nanoTime() + RETRY_INTERVAL.toNanos());
        if (unavailable.compareAndSet(false, true)) {
            log.warn(
                    "Redis unavailable; rate limits are counted per gateway; retrying every {} s: error={}",
                    RETRY_INTERVAL.toSeconds(),
                    e.getClass().getSimpleName());
        }
    }

    private void markAvailable() {
        if (unavailable.compareAndSet(true, false)) {
            log.info("Redis available again; rate limits are shared");
        }
    }

    /** Returns a key that contains the quota, so that a changed quota starts new buckets. */
    private byte[] key(Quota quota, String subject) {
        return ("mindful:limit:" + quota.name() + ":" + quota.requests() + "/"
                        + quota.window().toSeconds() + ":" + hash(subject))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private String hash(String subject) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(subjectKey);
            byte[] hash = mac.doFinal(subject.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, SUBJECT_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", e);
        }
    }

    @Override
    public void close() {
        client.shutdown(0, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        resources.shutdown(0, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
}
