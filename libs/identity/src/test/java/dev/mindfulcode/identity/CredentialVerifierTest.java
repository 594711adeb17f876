package dev.mindfulcode.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs against a real Postgres. */
class CredentialVerifierTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final IdentityDatabase database = new IdentityDatabase().withTables();
    private final SettableClock clock = new SettableClock(Instant.now());
    private final UUID user = UUID.randomUUID();
    private final UUID family = UUID.randomUUID();
    private final List<CredentialVerifier> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(CredentialVerifier::close);
    }

    @Test
    void acceptsATokenSignedWithTheSecret() {
        Identity identity = withSecret().verify(TestTokens.hs256(claims())).join();

        assertThat(identity.userId()).isEqualTo(user);
        assertThat(identity.grantId()).isEqualTo(family);
        assertThat(identity.scope()).isEqualTo(Scope.EVERYTHING);
        assertThat(identity.expiresAt()).isBeforeOrEqualTo(clock.instant().plus(AccessTokenFormat.LIFETIME));
    }

    @Test
    void acceptsATokenSignedWithAKnownOrNewPublishedKey() {
        CredentialVerifier credentials = withPublishedKeys();
        ECKey key = TestTokens.newKey();
        String token = TestTokens.es256(key, claims());
        assertRefused(credentials, token);

        database.publish(key);

        assertThat(credentials.verify(token).join().userId()).isEqualTo(user);
    }

    @Test
    void acceptsAReplacedKeyUntilItsTokensHaveExpired() {
        ECKey retired = TestTokens.newKey();
        ECKey previous = TestTokens.newKey();
        ECKey current = TestTokens.newKey();
        database.publish(retired);
        database.publish(previous);
        database.publish(current);
        database.execute(
                "update identity.signing_keys set created_at = now() - interval '3 hours' where kid = ?",
                retired.getKeyID());
        database.execute(
                "update identity.signing_keys set created_at = now() - interval '2 hours' where kid = ?",
                previous.getKeyID());
        CredentialVerifier credentials = withPublishedKeys();

        assertThat(credentials
                        .verify(TestTokens.es256(current, claims()))
                        .join()
                        .userId())
                .isEqualTo(user);
        assertThat(credentials
                        .verify(TestTokens.es256(previous, claims()))
                        .join()
                        .userId())
                .isEqualTo(user);
        assertRefused(credentials, TestTokens.es256(retired, claims()));
    }

    @Test
    void refusesTokensForgedForTheSecret() {
        CredentialVerifier credentials = withSecret();
        byte[] secret = TestTokens.SECRET.getBytes(StandardCharsets.UTF_8);
        String good = TestTokens.hs256(claims());
        String[] parts = good.split("\\.");
        List<String> forged = new ArrayList<>(common(parts));
        forged.add(TestTokens.hmac(
                JWSAlgorithm.HS256,
                "another-secret-another-secret-another".getBytes(StandardCharsets.UTF_8),
                claims()));
        forged.add(TestTokens.hmac(
                JWSAlgorithm.HS512,
                (TestTokens.SECRET + TestTokens.SECRET).getBytes(StandardCharsets.UTF_8),
                claims()));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().issuer("someone-else")));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().issuer(null)));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().subject("alice")));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().subject("1-2-3-4-5")));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().subject(null)));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().expirationTime(null)));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().claim(AccessTokenFormat.FAMILY_CLAIM, "x")));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, secret, claims().claim(AccessTokenFormat.FAMILY_CLAIM, 7)));
        forged.add(TestTokens.hmac(
                JWSAlgorithm.HS256,
                secret,
                claims().notBeforeTime(Date.from(clock.instant().plusSeconds(60)))));
        forged.add(TestTokens.hmac(
                JWSAlgorithm.HS256,
                secret,
                claims().expirationTime(Date.from(clock.instant().minusSeconds(11)))));
        forged.add(TestTokens.es256(TestTokens.newKey(), claims()));

        assertThat(credentials.verify(good).join().userId()).isEqualTo(user);
        forged.forEach(token -> assertRefused(credentials, token));
    }

    @Test
    void refusesTokensForgedForPublishedKeys() throws JOSEException {
        ECKey key = TestTokens.newKey();
        ECKey own = TestTokens.newKey();
        database.publish(key);
        CredentialVerifier credentials = withPublishedKeys();
        String good = TestTokens.es256(key, claims());
        assertThat(credentials.verify(good).join().userId()).isEqualTo(user);

        List<String> forged = new ArrayList<>(common(good.split("\\.")));
        // HS256 with the public key as the secret, in the encodings that a careless verifier would use.
        forged.add(TestTokens.hmac(
                JWSAlgorithm.HS256, key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8), claims()));
        forged.add(TestTokens.hmac(JWSAlgorithm.HS256, key.toECPublicKey().getEncoded(), claims()));
        forged.add(TestTokens.hs256(claims()));
        // An unknown key, one without id, and one with another key's id.
        forged.add(TestTokens.es256(own, claims()));
        forged.add(TestTokens.es256(new JWSHeader.Builder(JWSAlgorithm.ES256), key, claims()));
        forged.add(TestTokens.es256(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()), own, claims()));
        // Keys that the token contains or references.
        forged.add(TestTokens.es256(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).jwk(own.toPublicJWK()), own, claims()));
        forged.add(TestTokens.es256(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID(own.getKeyID())
                        .jwkURL(URI.create("https://attacker.example.org/jwks.json")),
                own,
                claims()));
        forged.add(TestTokens.es256(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID(own.getKeyID())
                        .x509CertURL(URI.create("https://attacker.example.org/key.pem")),
                own,
                claims()));
        forged.add(TestTokens.es256(key, claims().issuer("someone-else")));
        forged.forEach(token -> assertRefused(credentials, token));
    }

    /** Returns tokens that are refused with any key. */
    private List<String> common(String[] good) {
        return List.of(
                "",
                "x",
                "a.b.c",
                "..",
                good[0] + "." + good[1] + ".",
                good[0] + "." + good[1] + "." + good[2].substring(1),
                TestTokens.base64("{\"alg\":\"none\"}") + "." + good[1] + ".",
                TestTokens.base64("{\"alg\":\"none\"}") + "." + good[1] + "." + good[2],
                TestTokens.base64("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}") + "." + good[1] + "." + good[2],
                good[0] + "." + TestTokens.base64("{\"iss\":\"mindful-code\",\"sub\":\"" + UUID.randomUUID() + "\"}")
                        + "." + good[2],
                "e".repeat(1_000_000));
    }

    @Test
    void refusesAnExpiredTokenEvenIfItIsCached() {
        CredentialVerifier credentials = withSecret();
        String token = TestTokens.hs256(claims().expirationTime(
                        Date.from(Instant.ofEpochSecond(clock.instant().getEpochSecond() + 60))));
        credentials.verify(token).join();

        clock.advance(Duration.ofSeconds(60));
        assertThat(credentials.verify(token).join().userId()).isEqualTo(user);
        clock.advance(AccessTokenFormat.CLOCK_SKEW);

        assertRefused(credentials, token).hasMessageContaining("/api/auth/refresh");
    }

    @Test
    void refusesTokensOfARevokedFamilyEvenIfTheyAreCached() {
        CredentialVerifier credentials = withSecret();
        String token = TestTokens.hs256(claims());
        String other = TestTokens.hs256(TestTokens.claims(user, UUID.randomUUID(), clock.instant()));
        credentials.verify(token).join();

        database.revoke(family);

        awaitRefused(credentials, token);
        assertThat(credentials.verify(other).join().userId()).isEqualTo(user);
    }

    @Test
    void refusesGrantsRevokedBeforeTheStart() {
        database.revoke(family);
        CredentialVerifier credentials = withSecret();

        awaitRefused(credentials, TestTokens.hs256(claims()));
    }

    @Test
    void seesARevocationThatCommitsLate() throws Exception {
        CredentialVerifier credentials = withSecret();
        String token = TestTokens.hs256(claims());
        UUID later = UUID.randomUUID();
        try (var connection = database.dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (var insert = connection.prepareStatement("insert into identity.revocations (grant_id) values (?)")) {
                insert.setObject(1, family);
                insert.executeUpdate();
            }
            database.revoke(later);
            awaitRefused(credentials, TestTokens.hs256(TestTokens.claims(user, later, clock.instant())));
            assertThat(credentials.verify(token).join().userId()).isEqualTo(user);

            connection.commit();
        }
        awaitRefused(credentials, token);
    }

    @Test
    void notifiesAWatchOnceWhenItsGrantIsRevoked() throws InterruptedException {
        CredentialVerifier credentials = withSecret();
        CountDownLatch notified = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        try (var _ = credentials.revocations().watch(family, () -> {
            times.incrementAndGet();
            notified.countDown();
        })) {
            database.revoke(family);
            assertThat(notified.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            credentials.revocations().add(family);
            assertThat(times).hasValue(1);
        }
        AtomicInteger late = new AtomicInteger();
        try (var _ = credentials.revocations().watch(family, late::incrementAndGet)) {
            assertThat(late).as("at once, as it is revoked").hasValue(1);
        }
    }

    @Test
    void acceptsNothingWhileRevocationsCannotBeRead() {
        AtomicLong nowNs = new AtomicLong();
        CredentialVerifier credentials = open(database, JwtSecret.parse(TestTokens.SECRET), clock, nowNs::get);
        String token = TestTokens.hs256(claims());
        String other = TestTokens.hs256(TestTokens.claims(user, UUID.randomUUID(), clock.instant()));
        credentials.verify(token).join();
        database.revoke(family);
        database.allowConnections(false);

        assertThat(credentials.verify(other).join().userId())
                .as("within the lease")
                .isEqualTo(user);
        nowNs.addAndGet(IdentityLookup.LEASE.toNanos());
        for (String credential : List.of(token, other)) {
            assertThatThrownBy(() -> credentials.verify(credential).join())
                    .cause()
                    .isInstanceOfSatisfying(
                            CredentialException.class,
                            e -> assertThat(e.reason()).isEqualTo(CredentialException.Reason.UNAVAILABLE));
        }

        database.allowConnections(true);
        assertRefused(credentials, token);
        assertThat(credentials.verify(other).join().userId()).isEqualTo(user);
    }

    @Test
    void notifiesAllWatchesWhileRevocationsCannotBeRead() throws InterruptedException {
        AtomicLong nowNs = new AtomicLong();
        CredentialVerifier credentials = open(database, JwtSecret.parse(TestTokens.SECRET), clock, nowNs::get);
        credentials.verify(TestTokens.hs256(claims())).join();
        CountDownLatch notified = new CountDownLatch(1);
        try (var _ = credentials.revocations().watch(family, notified::countDown)) {
            database.allowConnections(false);
            nowNs.addAndGet(IdentityLookup.WATCH_LEASE.toNanos());
            assertThat(notified.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            database.allowConnections(true);
        }
    }

    @Test
    void distrustsEarlierTokensPastTheLimitOfRevocations() {
        Revocations revocations = new Revocations(clock, 2);
        UUID first = UUID.randomUUID();
        revocations.add(first);
        revocations.add(UUID.randomUUID());
        assertThat(revocations.contains(first)).isTrue();
        assertThat(revocations.isDistrusted(clock.instant().minusMillis(1))).isFalse();

        revocations.add(UUID.randomUUID());

        assertThat(revocations.isDistrusted(clock.instant().minusMillis(1))).isTrue();
        assertThat(revocations.isDistrusted(clock.instant())).isFalse();
    }

    @Test
    void acceptsAnApiKeyForIngestUntilItIsRevoked() {
        CredentialVerifier credentials = withSecret();
        IdentityDatabase.ApiKey key = database.newApiKey(user);

        Identity identity = credentials.verify(key.text()).join();

        assertThat(identity).isEqualTo(new Identity(user, key.id(), Instant.MAX, Scope.INGEST));
        assertThat(database.text("select last_used_at from identity.api_keys where key_id = ?", key.id()))
                .isNotEqualTo("null");
        database.execute("delete from identity.api_keys where key_id = ?", key.id());
        database.revoke(key.id());
        awaitRefused(credentials, key.text());
    }

    @Test
    void recordsTheLastUseOfAKeyToWithinMinutes() {
        IdentityDatabase.ApiKey key = database.newApiKey(user);
        String lastUse = "select last_used_at from identity.api_keys where key_id = ?";
        withSecret().verify(key.text()).join();
        String first = database.text(lastUse, key.id());

        withSecret().verify(key.text()).join();
        assertThat(database.text(lastUse, key.id())).as("within minutes").isEqualTo(first);
        database.execute(
                "update identity.api_keys set last_used_at = now() - interval '6 minutes' where key_id = ?", key.id());
        withSecret().verify(key.text()).join();

        assertThat(database.text(lastUse, key.id())).isGreaterThan(first);
    }

    @Test
    void refusesInventedApiKeys() {
        CredentialVerifier credentials = withSecret();
        IdentityDatabase.ApiKey key = database.newApiKey(user);

        assertRefused(credentials, "mck_");
        assertRefused(credentials, key.text() + "x");
        assertRefused(credentials, key.text().substring(0, key.text().length() - 1) + "_");
        assertRefused(credentials, ApiKeys.generate(new java.security.SecureRandom()));
    }

    @Test
    void acceptsTokensAndReportsApiKeysUnavailableWithoutTables() {
        IdentityDatabase bare = new IdentityDatabase();
        CredentialVerifier credentials = open(bare, JwtSecret.parse(TestTokens.SECRET), clock);

        assertThat(credentials.verify(TestTokens.hs256(claims())).join().userId())
                .isEqualTo(user);
        assertThatThrownBy(() -> credentials
                        .verify(ApiKeys.generate(new java.security.SecureRandom()))
                        .join())
                .cause()
                .isInstanceOfSatisfying(
                        CredentialException.class,
                        e -> assertThat(e.reason()).isEqualTo(CredentialException.Reason.UNAVAILABLE));
    }

    @Test
    void usesOneConnectionForManyConcurrentLookups() {
        CredentialVerifier credentials = withSecret();
        var answers = java.util.stream.IntStream.range(0, 2_000)
                .mapToObj(i -> credentials.verify(ApiKeys.generate(new java.security.SecureRandom())))
                .toList();

        answers.forEach(answer -> assertThatThrownBy(answer::join).hasCauseInstanceOf(CredentialException.class));
        assertThat(Integer.parseInt(database.text("select count(*) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid()")))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void refusesAWeakSecretAndSaysHowToGenerateOne() {
        assertThatThrownBy(() -> JwtSecret.parse("short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JWT_SECRET")
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("short");
        assertThat(JwtSecret.parse(null)).isNull();
    }

    private JWTClaimsSet.Builder claims() {
        return TestTokens.claims(user, family, clock.instant());
    }

    private CredentialVerifier withSecret() {
        return open(database, JwtSecret.parse(TestTokens.SECRET), clock);
    }

    private CredentialVerifier withPublishedKeys() {
        return open(database, null, clock);
    }

    private CredentialVerifier open(
            IdentityDatabase in, @org.jspecify.annotations.Nullable JwtSecret secret, Clock with) {
        return open(in, secret, with, System::nanoTime);
    }

    private CredentialVerifier open(
            IdentityDatabase in,
            @org.jspecify.annotations.Nullable JwtSecret secret,
            Clock with,
            LongSupplier nanoTime) {
        CredentialVerifier credentials = CredentialVerifier.open(
                in.dataSource,
                secret,
                null,
                null,
                () -> new BlindIndex(new byte[32]),
                with,
                CredentialVerifier.CACHE_SIZE_MAX,
                nanoTime);
        opened.add(credentials);
        return credentials;
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
            CredentialVerifier credentials, String credential) {
        return assertThatThrownBy(() -> credentials.verify(credential).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CredentialException.class,
                        e -> assertThat(e.reason()).isEqualTo(CredentialException.Reason.REFUSED));
    }

    private static void awaitRefused(CredentialVerifier credentials, String credential) {
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            try {
                credentials.verify(credential).join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof CredentialException) {
                    return;
                }
                throw e;
            }
            assertThat(System.nanoTime() - deadlineNs).as("refused in time").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
