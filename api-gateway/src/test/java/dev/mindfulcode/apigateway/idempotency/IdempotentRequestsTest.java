package dev.mindfulcode.apigateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.IdentitySchema;
import dev.mindfulcode.apigateway.http.ProblemException;
import dev.mindfulcode.apigateway.http.ProblemType;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Done;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Turn;
import dev.mindfulcode.apigateway.idempotency.IdempotentRequests.Work;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.embeddedplatform.TestPlatform;
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

    private static final KeptAnswer ANSWER = new KeptAnswer(
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
        Work work = work(KEY, PRINT);
        requests.keep(work, ANSWER).block();
        assertThat(begin(KEY, PRINT))
                .asInstanceOf(InstanceOfAssertFactories.type(Done.class))
                .extracting(Done::answer)
                .satisfies(answer -> {
                    assertThat(answer.status()).isEqualTo(201);
                    assertThat(answer.headers()).isEqualTo(ANSWER.headers());
                    assertThat(answer.body()).isEqualTo(ANSWER.body());
                });
        later(IdempotentRequests.KEPT_FOR.minusSeconds(1));
        assertThat(begin(KEY, PRINT)).isInstanceOf(Done.class);
        later(Duration.ofSeconds(2));
        assertThat(begin(KEY, new byte[] {9})).as("forgotten").isInstanceOf(Work.class);
    }

    @Test
    void whatACrashLeftInWorkIsTakenOver() {
        Work crashed = work(KEY, PRINT);
        assertThat(refusal(KEY, PRINT)).isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        assertThat(refusal(KEY, new byte[] {9})).isEqualTo(ProblemType.IDEMPOTENCY_KEY_REUSED);
        later(IdempotentRequests.WORK_TIME_MAX.plusSeconds(1));
        Work taken = work(KEY, PRINT);
        requests.keep(crashed, new KeptAnswer(500, Map.of(), new byte[0])).block();
        requests.release(crashed).block();
        assertThat(refusal(KEY, PRINT))
                .as("the late one changes nothing")
                .isEqualTo(ProblemType.IDEMPOTENCY_KEY_IN_USE);
        requests.keep(taken, ANSWER).block();
        assertThat(begin(KEY, PRINT)).isInstanceOf(Done.class);
        requests.release(taken).block();
        assertThat(begin(KEY, PRINT)).as("an answer is not let go").isInstanceOf(Done.class);
    }

    /** Who reads the database could else tell from a list of likely requests which of them somebody sent. */
    @Test
    void whatWasAskedIsNotKeptInClear() {
        byte[] fingerprint = IdempotencyKey.hash("a request");
        work(KEY, fingerprint);
        byte[] kept = database.sql("select fingerprint from identity.idempotent_requests")
                .map(row -> Objects.requireNonNull(row.get("fingerprint", byte[].class)))
                .one()
                .block();
        assertThat(new String(Objects.requireNonNull(kept), StandardCharsets.ISO_8859_1))
                .isNotEmpty()
                .doesNotContain(new String(fingerprint, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aUserHasSoManyKeysAndNoMore() {
        for (int i = 0; i < IdempotentRequests.KEPT_PER_USER_MAX; i++) {
            requests.keep(work(IdempotencyKey.hash("key " + i), PRINT), ANSWER).block();
        }
        assertThat(refusal(IdempotencyKey.hash("one more"), PRINT)).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(begin(IdempotencyKey.hash("key 7"), PRINT)).isInstanceOf(Done.class);
        later(IdempotentRequests.KEPT_FOR.plusSeconds(1));
        assertThat(requests.forget().block()).isEqualTo(IdempotentRequests.KEPT_PER_USER_MAX);
        assertThat(begin(IdempotencyKey.hash("one more"), PRINT)).isInstanceOf(Work.class);
        assertThat(requests.forget().block()).isZero();
    }

    private Turn begin(byte[] key, byte[] fingerprint) {
        return Objects.requireNonNull(requests.begin(ada, key, fingerprint).block());
    }

    private Work work(byte[] key, byte[] fingerprint) {
        return (Work) begin(key, fingerprint);
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
        IdentitySchema.migrate(source);
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
