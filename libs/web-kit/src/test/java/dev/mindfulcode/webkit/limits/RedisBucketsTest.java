package dev.mindfulcode.webkit.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class RedisBucketsTest extends TokenBucketsContract {

    private static final Quota TEN = new Quota("ten", 10, Duration.ofHours(1));
    private static final byte[] SECRET = "a secret of this test".getBytes(StandardCharsets.US_ASCII);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @SuppressWarnings("NullAway.Init")
    private RedisServer contractServer;

    @Override
    TokenBuckets open() {
        contractServer = startRedis();
        return connected(contractServer);
    }

    @AfterEach
    void stopRedis() throws InterruptedException {
        contractServer.close();
    }

    @Test
    void countsForSeveralGateways() throws Exception {
        try (RedisServer redis = startRedis();
                RedisBuckets one = connected(redis);
                RedisBuckets other = connected(redis)) {
            for (int i = 0; i < 10; i++) {
                assertThat(consume(i % 2 == 0 ? one : other, "ada").isAllowed()).isTrue();
            }
            assertThat(consume(one, "ada").isAllowed()).isFalse();
            RateLimitResult rejected = consume(other, "ada");
            assertThat(rejected.isAllowed()).isFalse();
            assertThat(rejected.untilNext()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
            assertThat(consume(other, "bob").isAllowed()).isTrue();
        }
    }

    @Test
    void hashesSubjectsWithTheSecret() throws Exception {
        try (RedisServer redis = startRedis();
                RedisBuckets one = connected(redis);
                RedisBuckets other = RedisBuckets.connect(redis.url(), new MemoryBuckets(), new byte[32])) {
            for (int i = 0; i < 10; i++) {
                assertThat(consume(one, "ada").isAllowed()).isTrue();
            }
            assertThat(consume(one, "ada").isAllowed()).isFalse();
            assertThat(consume(other, "ada").isAllowed()).isTrue();
        }
    }

    @Test
    void storesNoAddressesAndExpiresKeys() throws Exception {
        try (RedisServer redis = startRedis();
                RedisBuckets buckets = connected(redis);
                RedisClient client = RedisClient.create(redis.url())) {
            assertThat(consume(buckets, "192.0.2.7").isAllowed()).isTrue();
            var commands = client.connect().sync();
            List<String> keys = commands.keys("*");
            assertThat(keys).hasSizeBetween(1, 3).noneMatch(key -> key.contains("192.0.2.7"));
            assertThat(keys).allSatisfy(key -> assertThat(commands.pttl(key)).isPositive());
        }
    }

    @Test
    void countsLocallyAndLogsOnceWhileRedisIsUnavailable() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(RedisBuckets.class);
        try (RedisServer redis = startRedis();
                RedisBuckets buckets = connected(redis)) {
            logger.addAppender(log);
            assertThat(consume(buckets, "ada").remaining()).isEqualTo(9);
            redis.kill();
            for (int i = 0; i < 10; i++) {
                RateLimitResult result = consume(buckets, "ada");
                assertThat(result.isAllowed()).isTrue();
                assertThat(result.remaining()).as("from the local bucket").isEqualTo(9 - i);
            }
            assertThat(consume(buckets, "ada").isAllowed()).as("still limited").isFalse();
            assertThat(messages(log))
                    .as("logged once")
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("Redis unavailable");

            redis.restart();
            long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
            while (messages(log).size() < 2) {
                consume(buckets, "ada");
                assertThat(System.nanoTime() - deadlineNs)
                        .as("available again in time")
                        .isNegative();
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
            assertThat(messages(log)).hasSize(2).last().asString().contains("Redis available again");
            assertThat(consume(buckets, "ada").isAllowed())
                    .as("from the restarted Redis")
                    .isTrue();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void countsLocallyWithoutRedis() {
        try (RedisBuckets buckets = RedisBuckets.connect("redis://127.0.0.1:1", new MemoryBuckets(), SECRET)) {
            for (int i = 0; i < 10; i++) {
                assertThat(consume(buckets, "ada").isAllowed()).isTrue();
            }
            assertThat(consume(buckets, "ada").isAllowed()).isFalse();
        }
    }

    /** Errors, nonsense and silence must not fail requests. */
    @ParameterizedTest
    @ValueSource(strings = {"-LOADING Redis is loading the dataset in memory\r\n", "HTTP/1.1 200 OK\r\n\r\n", ""})
    void countsLocallyIfRedisAnswersWithNonsense(String answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                RedisBuckets buckets = RedisBuckets.connect(
                        "redis://127.0.0.1:" + server.getLocalPort(), new MemoryBuckets(), SECRET)) {
            Thread.ofVirtual().start(() -> answer(server, answer.getBytes(StandardCharsets.US_ASCII)));
            for (int i = 0; i < 10; i++) {
                assertThat(consume(buckets, "ada").isAllowed()).isTrue();
            }
            assertThat(consume(buckets, "ada").isAllowed()).isFalse();
            assertThat(buckets.isUnavailable()).isTrue();
        }
    }

    /** Answers each read of each connection, until the server is closed. */
    private static void answer(ServerSocket server, byte[] answer) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        byte[] request = new byte[4096];
                        while (socket.getInputStream().read(request) > 0) {
                            socket.getOutputStream().write(answer);
                        }
                    } catch (IOException e) {
                        // The client has gone.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Connects, and waits until the slow first call of a cold JVM is over. */
    private static RedisBuckets connected(RedisServer redis) {
        RedisBuckets buckets = RedisBuckets.connect(redis.url(), new MemoryBuckets(), SECRET);
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        do {
            consume(buckets, UUID.randomUUID().toString());
            assertThat(System.nanoTime() - deadlineNs).as("connected in time").isNegative();
        } while (buckets.isUnavailable());
        return buckets;
    }

    private static RedisServer startRedis() {
        Optional<String> program = RedisServer.program();
        assumeTrue(program.isPresent(), "Limits on Redis were NOT tested: there is no redis-server on the PATH.");
        try {
            return RedisServer.start(program.orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> messages(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static RateLimitResult consume(TokenBuckets buckets, String subject) {
        return Objects.requireNonNull(buckets.tryConsume(TEN, subject).block(TIMEOUT));
    }
}
