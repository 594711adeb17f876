package dev.mindfulcode.apigateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RedisBucketsTest {

    private static final Quota TEN = new Quota("ten", 10, Duration.ofHours(1));
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final Optional<String> program = RedisServer.program();

    @Test
    void gatewaysCountTogether() throws Exception {
        try (RedisServer redis = RedisServer.start(redisServer());
                RedisBuckets one = connected(redis);
                RedisBuckets other = connected(redis)) {
            for (int i = 0; i < 10; i++) {
                assertThat(take(i % 2 == 0 ? one : other, "ada").isAllowed()).isTrue();
            }
            assertThat(take(one, "ada").isAllowed()).isFalse();
            RateLimitResult refused = take(other, "ada");
            assertThat(refused.isAllowed()).isFalse();
            assertThat(refused.untilNext()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
            assertThat(take(other, "bob").isAllowed()).isTrue();
        }
    }

    @Test
    void redisHoldsNoAddressAndNothingForEver() throws Exception {
        try (RedisServer redis = RedisServer.start(redisServer());
                RedisBuckets buckets = connected(redis);
                RedisClient client = RedisClient.create(redis.url())) {
            assertThat(take(buckets, "192.0.2.7").isAllowed()).isTrue();
            var commands = client.connect().sync();
            List<String> keys = commands.keys("*");
            assertThat(keys).hasSizeBetween(1, 3).noneMatch(key -> key.contains("192.0.2.7"));
            assertThat(keys).allSatisfy(key -> assertThat(commands.pttl(key)).isPositive());
        }
    }

    @Test
    void whileRedisIsAwayEachCountsForItselfAndSaysSoOnce() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(RedisBuckets.class);
        try (RedisServer redis = RedisServer.start(redisServer());
                RedisBuckets buckets = connected(redis)) {
            logger.addAppender(log);
            assertThat(take(buckets, "ada").remaining()).isEqualTo(9);
            redis.kill();
            for (int i = 0; i < 10; i++) {
                RateLimitResult take = take(buckets, "ada");
                assertThat(take.isAllowed()).isTrue();
                assertThat(take.remaining()).as("from a bucket of its own").isEqualTo(9 - i);
            }
            assertThat(take(buckets, "ada").isAllowed()).as("still limited").isFalse();
            assertThat(messages(log))
                    .as("said once")
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("does not answer");

            redis.restart();
            long deadlineNs = System.nanoTime() + WAIT_MAX.toNanos();
            while (messages(log).size() < 2) {
                take(buckets, "ada");
                assertThat(System.nanoTime() - deadlineNs).as("back in time").isNegative();
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
            assertThat(messages(log)).hasSize(2).last().asString().contains("answers again");
            assertThat(take(buckets, "ada").isAllowed())
                    .as("from Redis, which is new")
                    .isTrue();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void aRedisThatNeverWasDelaysNobodyForLong() {
        try (RedisBuckets buckets = RedisBuckets.connect("redis://127.0.0.1:1", new MemoryBuckets())) {
            for (int i = 0; i < 10; i++) {
                assertThat(take(buckets, "ada").isAllowed()).isTrue();
            }
            assertThat(take(buckets, "ada").isAllowed()).isFalse();
        }
    }

    /** Past the slow first call of a cold JVM. */
    private static RedisBuckets connected(RedisServer redis) {
        RedisBuckets buckets = RedisBuckets.connect(redis.url(), new MemoryBuckets());
        long deadlineNs = System.nanoTime() + WAIT_MAX.toNanos();
        do {
            take(buckets, UUID.randomUUID().toString());
            assertThat(System.nanoTime() - deadlineNs).as("connected in time").isNegative();
        } while (buckets.isUnavailable());
        return buckets;
    }

    private String redisServer() {
        assumeTrue(program.isPresent(), "Limits on Redis were NOT tested: there is no redis-server on the PATH.");
        return program.orElseThrow();
    }

    private static List<String> messages(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static RateLimitResult take(TokenBuckets buckets, String subject) {
        return Objects.requireNonNull(buckets.tryConsume(TEN, subject).block(WAIT_MAX));
    }
}
