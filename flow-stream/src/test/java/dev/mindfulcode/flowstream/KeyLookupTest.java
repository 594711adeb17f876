package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyLookupTest {

    private static final UUID USER = UUID.randomUUID();

    /** Fails so many times before it answers. */
    private static final class Flaky implements UserKeys {

        private int failuresLeft;
        private int lookups;

        Flaky(int failures) {
            failuresLeft = failures;
        }

        @Override
        public UserCipher create(UUID userId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<UserCipher> find(UUID userId) {
            lookups++;
            if (failuresLeft-- > 0) {
                throw new IllegalStateException("database unavailable");
            }
            return Optional.empty();
        }
    }

    @Test
    void retriesUntilTheDatabaseIsBack() {
        Flaky keys = new Flaky(2);

        assertThat(new KeyLookup(keys, 3, Duration.ofMillis(1)).find(USER)).isEmpty();
        assertThat(keys.lookups).isEqualTo(3);
    }

    @Test
    void givesUpAfterTheLastAttemptWithTheCause() {
        Flaky keys = new Flaky(10);

        assertThatThrownBy(() -> new KeyLookup(keys, 3, Duration.ofMillis(1)).find(USER))
                .isInstanceOf(KeysUnavailableException.class)
                .hasMessageContaining("3 attempts")
                .hasMessageNotContaining(USER.toString())
                .hasRootCauseMessage("database unavailable");
        assertThat(keys.lookups).isEqualTo(3);
    }

    @Test
    void endsAtOnceWhenInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> new KeyLookup(new Flaky(10), 3, Duration.ofHours(1)).find(USER))
                    .isInstanceOf(KeysUnavailableException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void pollsTryOnceAndNotAgainShortlyAfterAFailure() {
        Flaky keys = new Flaky(1);
        KeyLookup lookup = new KeyLookup(keys, 3, Duration.ofHours(1));

        assertThatThrownBy(() -> lookup.findNow(USER)).isInstanceOf(KeysUnavailableException.class);
        assertThatThrownBy(() -> lookup.findNow(USER)).isInstanceOf(KeysUnavailableException.class);
        assertThatThrownBy(() -> lookup.findAllNow(Set.of(USER))).isInstanceOf(KeysUnavailableException.class);
        assertThat(keys.lookups).isEqualTo(1);
        assertThat(lookup.find(USER)).as("for a record").isEmpty();
    }

    @Test
    void pollsUseCachedKeysDuringAnOutage() {
        BreakableKeys keys = new BreakableKeys();
        UUID anna = Typing.someone().userId();
        KeyLookup lookup = new KeyLookup(keys, 3, Duration.ofHours(1));
        lookup.find(anna);

        keys.setUnreachable();
        assertThatThrownBy(() -> lookup.findNow(USER)).isInstanceOf(KeysUnavailableException.class);
        assertThat(lookup.findNow(anna)).isPresent();
    }
}
