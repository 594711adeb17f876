package dev.mindfulcode.apigateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Execute;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Outcome;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Replay;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.embeddedplatform.TestPlatform;
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

class IdempotentRequestsTest {

    private static final StoredResponse ANSWER = new StoredResponse(
            201, Map.of("Content-Type", "application/json"), "{\"id\":1}".getBytes(StandardCharsets.UTF_8));
    private static final byte[] KEY = IdempotencyKey.hash("key");
    private static final byte[] PRINT = {1, 2, 3};

    private final PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
    private final DataSource source = url.dataSource();
    private final Database database = new Database(url, 4);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-31T08:30:00Z"));
    private final IdempotentRequests requests = new IdempotentRequests(database, clock());
    private final UserCipher ada = user();

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void anAnswerComesBackAsItWasForADay() {
        Execute work = work(KEY, PRINT);
        requests.store(work, ANSWER).block();
        assertThat(begin(KEY, PRINT))
                .asInstanceOf(InstanceOfAssertFactories.type(Replay.class))
                .extracting(Replay::answer)
                .satisfies(answer -> {
                    assertThat(answer.status()).isEqualTo(201);
                    assertThat(answer.headers()).isEqualTo(ANSWER.headers());
                    assertThat(answer.body()).isEqualTo(ANSWER.body());
                });
        later(IdempotentRequests.RETENTION.minusSeconds(1));
        assertThat(begin(KEY, PRINT)).isInstanceOf(Replay.class);
        later(Duration.ofSeconds(2));
        assertThat(begin(KEY, new byte[] {9})).as("forgotten").isInstanceOf(Execute.class);
    }

    @Test
    void whatACrashLeftInWorkIsTakenOver() {
        Execute crashed = work(KEY, PRINT);
        assertThat(refusal(KEY, PRINT)).isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        assertThat(refusal(KEY, new byte[] {9})).isEqualTo(ProblemType.IDEMPOTENCY_KEY_REUSED);
        later(IdempotentRequests.EXECUTION_TIMEOUT.plusSeconds(1));
        Execute taken = work(KEY, PRINT);
        requests.store(crashed, new StoredResponse(500, Map.of(), new byte[0])).block();
        requests.release(crashed).block();
        assertThat(refusal(KEY, PRINT))
                .as("the late one changes nothing")
                .isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        requests.store(taken, ANSWER).block();
        assertThat(begin(KEY, PRINT)).isInstanceOf(Replay.class);
        requests.release(taken).block();
        assertThat(begin(KEY, PRINT)).as("an answer is not let go").isInstanceOf(Replay.class);
    }

    /** Who reads the database could else tell from a list of likely requests which of them somebody sent. */
    @Test
    void whatWasAskedIsNotKeptInClear() {
        byte[] fingerprint = IdempotencyKey.hash("a request");
        work(KEY, fingerprint);
        byte[] kept = database.sql("select fingerprint from gateway.idempotent_requests")
                .map(row -> Objects.requireNonNull(row.get("fingerprint", byte[].class)))
                .one()
                .block();
        assertThat(new String(Objects.requireNonNull(kept), StandardCharsets.ISO_8859_1))
                .isNotEmpty()
                .doesNotContain(new String(fingerprint, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aUserHasSoManyKeysAndNoMore() {
        for (int i = 0; i < IdempotentRequests.REQUESTS_PER_USER_MAX; i++) {
            requests.store(work(IdempotencyKey.hash("key " + i), PRINT), ANSWER).block();
        }
        assertThat(refusal(IdempotencyKey.hash("one more"), PRINT)).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(begin(IdempotencyKey.hash("key 7"), PRINT)).isInstanceOf(Replay.class);
        later(IdempotentRequests.RETENTION.plusSeconds(1));
        assertThat(requests.deleteExpired().block()).isEqualTo(IdempotentRequests.REQUESTS_PER_USER_MAX);
        assertThat(begin(IdempotencyKey.hash("one more"), PRINT)).isInstanceOf(Execute.class);
        assertThat(requests.deleteExpired().block()).isZero();
    }

    private Outcome begin(byte[] key, byte[] fingerprint) {
        return Objects.requireNonNull(requests.begin(ada, key, fingerprint).block());
    }

    private Execute work(byte[] key, byte[] fingerprint) {
        return (Execute) begin(key, fingerprint);
    }

    private ProblemType refusal(byte[] key, byte[] fingerprint) {
        try {
            throw new AssertionError("not refused: " + begin(key, fingerprint));
        } catch (ProblemException e) {
            return e.type();
        }
    }

    private void later(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private Clock clock() {
        InstantSource settable = now::get;
        return settable.withZone(ZoneOffset.UTC);
    }

    private UserCipher user() {
        GatewaySchema.migrate(source);
        PostgresUserKeys.migrate(source);
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        UUID id = UUID.randomUUID();
        database.sql("insert into identity.users (user_id, email, password_hash, time_zone, created_at)"
                        + " values (:user, :email, 'none', 'UTC', now())")
                .bind("user", id)
                .bind("email", id + "@example.org")
                .then()
                .block();
        return PostgresUserKeys.open(
                        source, KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(key)))
                .create(id);
    }
}
