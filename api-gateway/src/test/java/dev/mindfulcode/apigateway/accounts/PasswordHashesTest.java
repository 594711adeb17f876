package dev.mindfulcode.apigateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.mindfulcode.apigateway.limits.SignInAttempt;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;

class PasswordHashesTest {

    private static final SignInAttempt ATTEMPT = new SignInAttempt("ada@example.org", null);

    private final PasswordHashes hashes = new PasswordHashes();

    @AfterEach
    void close() {
        hashes.close();
    }

    @Test
    void hashesOnceForAnUnknownUser() {
        String hash = Objects.requireNonNull(
                hashes.hash(ATTEMPT, "correct horse", () -> {}).block());
        long before = hashes.hashed();
        assertThat(hashes.matches(ATTEMPT, "wrong horse", hash).block()).isFalse();
        long known = hashes.hashed() - before;
        assertThat(hashes.matches(ATTEMPT, "wrong horse", null).block()).isFalse();
        assertThat(hashes.hashed() - before - known).isEqualTo(known).isEqualTo(1);
        assertThat(hashes.matches(ATTEMPT, "correct horse", hash).block()).isTrue();
        assertThat(hashes.upgrade(ATTEMPT, "correct horse", hash).block()).isNull();
    }

    @Test
    void matchesAndUpgradesOutdatedHashes() {
        assertThat(hashes.matches(ATTEMPT, TestAccount.PASSWORD, TestAccount.OUTDATED_HASH)
                        .block())
                .isTrue();
        assertThat(hashes.matches(ATTEMPT, "another", TestAccount.OUTDATED_HASH).block())
                .isFalse();
        String upgraded =
                Objects.requireNonNull(hashes.upgrade(ATTEMPT, TestAccount.PASSWORD, TestAccount.OUTDATED_HASH)
                        .block());
        assertThat(upgraded).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(hashes.matches(ATTEMPT, TestAccount.PASSWORD, upgraded).block())
                .isTrue();
    }

    /** Another program reads and writes them, so memory that is used again holds nothing of the hash before. */
    @Test
    void matchesHashesOfOtherImplementations() {
        Argon2PasswordEncoder other = new Argon2PasswordEncoder(16, 32, 1, 19 * 1024, 2);
        Argon2id argon2id = new Argon2id(1);
        for (String password : new String[] {"correct horse", "Passwort mit ß", "🐎🔋"}) {
            assertThat(other.matches(password, argon2id.hash(password))).isTrue();
            assertThat(argon2id.matches(password, Objects.requireNonNull(other.encode(password))))
                    .isTrue();
        }
    }

    @Test
    void failsOnTextThatIsNotAHash() {
        assertThatThrownBy(() -> new Argon2id(1).matches("correct horse", "$2a$10$abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("abc");
    }

    @Test
    void reusesItsMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Argon2id argon2id = new Argon2id(1);
        argon2id.hash("the first one fills the pool");
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 3; i++) {
            argon2id.hash("correct horse " + i);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes of three hashes, each of 19 MiB")
                .isLessThan(2 * 1024 * 1024);
    }
}
