package dev.mindfulcode.apigateway.accounts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.BlockPool;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.FixedBlockPool;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id hashes as PHC strings, such as {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}. New ones have OWASP's
 * parameters: 19 MiB, 2 passes, 1 lane. Hashes with other parameters are verified too. Thread-safe.
 *
 * <p>The memory of the computation is pooled. Allocated per hash, it would fill the heap's old generation, and every
 * second or third hash would cause a full collection.
 */
final class Argon2id {

    static final int MEMORY_KIB = 19 * 1024;
    static final int PASSES = 2;
    static final int LANES = 1;

    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final String PARAMETERS = "m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES;
    private static final String PREFIX = "$argon2id$v=" + Argon2Parameters.ARGON2_VERSION_13 + "$" + PARAMETERS + "$";
    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,3})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    private final BlockingQueue<BlockPool> pools;
    private final SecureRandom random = new SecureRandom();

    /** @param concurrentMax concurrent computations, with 19 MiB each */
    Argon2id(int concurrentMax) {
        pools = new ArrayBlockingQueue<>(concurrentMax);
        for (int i = 0; i < concurrentMax; i++) {
            pools.add(new FixedBlockPool(Argon2BytesGenerator.getBlockCount(MEMORY_KIB, LANES)));
        }
    }

    /** Hashes a password with a new salt. */
    String hash(String password) {
        byte[] salt = randomBytes(SALT_BYTES);
        byte[] hash = pooled(password, salt);
        return PREFIX + base64(salt) + "$" + base64(hash);
    }

    /** Returns a random hash with today's parameters, which matches no known password. */
    String ofNoPassword() {
        return PREFIX + base64(randomBytes(SALT_BYTES)) + "$" + base64(randomBytes(HASH_BYTES));
    }

    /** @throws IllegalArgumentException if the hash is not an Argon2id PHC string */
    boolean matches(String password, String phc) {
        Matcher parts = PHC.matcher(phc);
        if (!parts.matches()) {
            throw new IllegalArgumentException("The stored password hash is not an Argon2id PHC string");
        }
        byte[] salt = Base64.getDecoder().decode(parts.group(4));
        byte[] expected = Base64.getDecoder().decode(parts.group(5));
        byte[] actual = isOutdated(phc)
                ? computed(
                        password,
                        builder(salt)
                                .withMemoryAsKB(Integer.parseInt(parts.group(1)))
                                .withIterations(Integer.parseInt(parts.group(2)))
                                .withParallelism(Integer.parseInt(parts.group(3))),
                        expected.length)
                : pooled(password, salt);
        return MessageDigest.isEqual(actual, expected);
    }

    /** Whether a hash has other parameters than new hashes. */
    static boolean isOutdated(String phc) {
        return !phc.startsWith(PREFIX);
    }

    private byte[] pooled(String password, byte[] salt) {
        BlockPool pool;
        try {
            pool = pools.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while hashing", e);
        }
        try {
            return computed(
                    password,
                    builder(salt)
                            .withMemoryAsKB(MEMORY_KIB)
                            .withIterations(PASSES)
                            .withParallelism(LANES)
                            .withBlockPool(pool),
                    HASH_BYTES);
        } finally {
            pools.add(pool);
        }
    }

    private static Argon2Parameters.Builder builder(byte[] salt) {
        return new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt);
    }

    private static byte[] computed(String password, Argon2Parameters.Builder parameters, int hashBytes) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(parameters.build());
        byte[] hash = new byte[hashBytes];
        generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        return hash;
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
