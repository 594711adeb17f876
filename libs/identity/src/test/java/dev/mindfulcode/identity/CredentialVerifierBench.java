package dev.mindfulcode.identity;

import com.nimbusds.jose.jwk.ECKey;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Measures the verification of tokens, uncached and cached. Not part of the suite, because of its name. Run it with
 * {@code ./mvnw -pl libs/identity -am test -Dtest=CredentialVerifierBench -Dsurefire.failIfNoSpecifiedTests=false}; it
 * prints rows for tools/benchmarks/results/gateway.md.
 */
class CredentialVerifierBench {

    private static final int TOKENS = 4_000;
    private static final int ROUNDS = 6;
    private static final int CACHED_PER_ROUND = 400_000;

    @Test
    void measure() {
        IdentityDatabase database = new IdentityDatabase().withTables();
        ECKey key = TestTokens.newKey();
        database.publish(key);
        measure("HS256", database, JwtSecret.parse(TestTokens.SECRET), i -> TestTokens.hs256(claims()));
        measure("ES256", database, null, i -> TestTokens.es256(key, claims()));
    }

    private static void measure(
            String name,
            IdentityDatabase database,
            @org.jspecify.annotations.Nullable JwtSecret secret,
            Function<Integer, String> token) {
        double[] firstUs = new double[ROUNDS];
        double[] againUs = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            List<String> tokens =
                    IntStream.range(0, TOKENS).mapToObj(token::apply).toList();
            try (CredentialVerifier credentials = CredentialVerifier.open(
                    database.dataSource, secret, null, null, () -> new BlindIndex(new byte[32]), Clock.systemUTC())) {
                credentials.verify(token.apply(0)).join();
                long startNs = System.nanoTime();
                for (String one : tokens) {
                    credentials.verify(one).join();
                }
                firstUs[round] = (System.nanoTime() - startNs) / 1e3 / TOKENS;
                startNs = System.nanoTime();
                for (int i = 0; i < CACHED_PER_ROUND; i++) {
                    credentials.verify(tokens.get(i % TOKENS)).join();
                }
                againUs[round] = (System.nanoTime() - startNs) / 1e3 / CACHED_PER_ROUND;
            }
        }
        Arrays.sort(firstUs);
        Arrays.sort(againUs);
        System.out.printf(
                Locale.ROOT,
                "| %s token, the first time | %.1f | %.1f |%n| %s token, remembered | %.2f | %.2f |%n",
                name,
                firstUs[0],
                firstUs[ROUNDS / 2],
                name,
                againUs[0],
                againUs[ROUNDS / 2]);
    }

    private static com.nimbusds.jwt.JWTClaimsSet.Builder claims() {
        return TestTokens.claims(UUID.randomUUID(), UUID.randomUUID(), Instant.now());
    }
}
