package dev.mindfulcode.apigateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.webkit.idempotency.IdempotencyKey;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore.Execution;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore.Outcome;
import dev.mindfulcode.webkit.idempotency.IdempotencyStore.Replay;
import dev.mindfulcode.webkit.idempotency.StoredResponse;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresIdempotencyStoreTest {

    private static final StoredResponse RESPONSE = new StoredResponse(
            201, Map.of("Content-Type", "application/json"), "{\"id\":1}".getBytes(StandardCharsets.UTF_8));
    private static final byte[] KEY = IdempotencyKey.hash("key");
    private static final byte[] PRINT = {1, 2, 3};

    private final PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
    private final DataSource source = url.dataSource();
    private final Database database = new Database(url, 4);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T08:30:00Z"));
    private final PostgresUserKeys keys = userKeys();
    private final AsyncUserCiphers ciphers = new AsyncUserCiphers(keys);
    private final PostgresIdempotencyStore store = new PostgresIdempotencyStore(database, ciphers, clock());
    private final UUID ada = user();

    @AfterEach
    void stop() {
        ciphers.close();
        keys.close();
        database.close();
    }

    @Test
    void replaysAResponseForADay() {
        execute(KEY, PRINT).complete(RESPONSE).block();
        assertThat(begin(KEY, PRINT))
                .asInstanceOf(InstanceOfAssertFactories.type(Replay.class))
                .extracting(Replay::response)
                .satisfies(response -> {
                    assertThat(response.status()).isEqualTo(201);
                    assertThat(response.headers()).isEqualTo(RESPONSE.headers());
                    assertThat(response.body()).isEqualTo(RESPONSE.body());
                });
        advance(PostgresIdempotencyStore.RETENTION.minusSeconds(1));
        assertThat(begin(KEY, PRINT)).isInstanceOf(Replay.class);
        advance(Duration.ofSeconds(2));
        assertThat(begin(KEY, new byte[] {9})).as("expired").isInstanceOf(Execution.class);
    }

    @Test
    void executesAgainWhatACrashInterrupted() {
        Execution crashed = execute(KEY, PRINT);
        assertThat(problem(KEY, PRINT)).isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        assertThat(problem(KEY, new byte[] {9})).isEqualTo(ProblemType.IDEMPOTENCY_KEY_REUSED);
        advance(PostgresIdempotencyStore.EXECUTION_TIMEOUT.plusSeconds(1));
        Execution second = execute(KEY, PRINT);
        crashed.complete(new StoredResponse(500, Map.of(), new byte[0])).block();
        crashed.cancel().block();
        assertThat(problem(KEY, PRINT))
                .as("the first attempt changes nothing any more")
                .isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        second.complete(RESPONSE).block();
        assertThat(begin(KEY, PRINT)).isInstanceOf(Replay.class);
        second.cancel().block();
        assertThat(begin(KEY, PRINT)).as("a response is not cancelled").isInstanceOf(Replay.class);
    }

    /** In clear, a reader of the database could compare fingerprints with those of likely requests. */
    @Test
    void encryptsFingerprints() {
        byte[] fingerprint = IdempotencyKey.hash("a request");
        execute(KEY, fingerprint);
        byte[] stored = database.sql("SELECT fingerprint FROM gateway.idempotent_requests")
                .map(row -> Objects.requireNonNull(row.get("fingerprint", byte[].class)))
                .one()
                .block();
        assertThat(new String(Objects.requireNonNull(stored), StandardCharsets.ISO_8859_1))
                .isNotEmpty()
                .doesNotContain(new String(fingerprint, StandardCharsets.ISO_8859_1));
    }

    @Test
    void limitsTheKeysOfAUser() {
        for (int i = 0; i < PostgresIdempotencyStore.REQUESTS_PER_USER_MAX; i++) {
            execute(IdempotencyKey.hash("key " + i), PRINT).complete(RESPONSE).block();
        }
        assertThat(problem(IdempotencyKey.hash("one more"), PRINT)).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(begin(IdempotencyKey.hash("key 7"), PRINT)).isInstanceOf(Replay.class);
        advance(PostgresIdempotencyStore.RETENTION.plusSeconds(1));
        assertThat(store.deleteExpired().block()).isEqualTo(PostgresIdempotencyStore.REQUESTS_PER_USER_MAX);
        assertThat(begin(IdempotencyKey.hash("one more"), PRINT)).isInstanceOf(Execution.class);
        assertThat(store.deleteExpired().block()).isZero();
    }

    @Test
    void rejectsADeletedAccount() {
        assertThatThrownBy(() -> store.begin(UUID.randomUUID(), KEY, PRINT).block())
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHENTICATED));
    }

    private Outcome begin(byte[] key, byte[] fingerprint) {
        return Objects.requireNonNull(store.begin(ada, key, fingerprint).block());
    }

    private Execution execute(byte[] key, byte[] fingerprint) {
        return (Execution) begin(key, fingerprint);
    }

    private ProblemType problem(byte[] key, byte[] fingerprint) {
        try {
            throw new AssertionError("no problem: " + begin(key, fingerprint));
        } catch (ProblemException e) {
            return e.type();
        }
    }

    private void advance(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private Clock clock() {
        InstantSource settable = now::get;
        return settable.withZone(ZoneOffset.UTC);
    }

    private PostgresUserKeys userKeys() {
        GatewaySchema.migrate(source);
        PostgresUserKeys.migrate(source);
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return PostgresUserKeys.open(
                source, KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(key)));
    }

    private UUID user() {
        UUID id = UUID.randomUUID();
        database.sql("INSERT INTO identity.users (user_id, password_hash, time_zone, created_at)"
                        + " VALUES (:user, 'none', 'UTC', now())")
                .bind("user", id)
                .then()
                .then(ciphers.create(id))
                .block();
        return id;
    }
}
