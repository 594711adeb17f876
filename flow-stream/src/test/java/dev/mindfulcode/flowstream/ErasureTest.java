package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErasureTest {

    private final Set<UUID> shredded = new HashSet<>();
    private final StreamDriver stream = new StreamDriver(new UserKeys() {
        @Override
        public UserCipher create(UUID userId) {
            return Typing.KEYS.create(userId);
        }

        @Override
        public Optional<UserCipher> find(UUID userId) {
            return shredded.contains(userId) ? Optional.empty() : Typing.KEYS.find(userId);
        }
    });
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void skipsAndCountsBatchesWithoutAKey() {
        shredded.add(anna.userId());

        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.typeLive(ben, ben.batch(0, StreamDriver.START, 10, 100));

        assertThat(stream.flowStates(anna)).isEmpty();
        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.count("mindful.stream.batches", "outcome", "erased")).isEqualTo(1);
        assertThat(stream.lastFlowState(ben).getKeystrokes()).isEqualTo(10);
    }

    @Test
    void deletesAllStateOfAnErasedUserOnly() {
        stream.say(anna, SessionEventKind.STARTED, StreamDriver.START);
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.typeLive(ben, ben.batch(0, StreamDriver.START, 10, 100));
        assertThat(stream.storedKeysOf(anna.userId())).hasSizeGreaterThan(3);
        long bens = stream.storedKeysOf(ben.userId()).size();

        erase(anna);

        assertThat(stream.storedKeysOf(anna.userId()))
                .as("that she is erased, and nothing else")
                .containsExactly("users");
        assertThat(stream.storedKeysOf(ben.userId())).hasSize((int) bens);
        int published = stream.flowStates(anna).size();
        stream.advance(Duration.ofHours(1));
        assertThat(stream.flowStates(anna)).hasSize(published);
    }

    @Test
    void countsNothingForErasedUsersWithCachedKeys() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        erase(anna);

        stream.typeLive(anna, anna.batch(1, StreamDriver.START.plusSeconds(5), 10, 100));
        stream.say(anna, SessionEventKind.ENDED, stream.now());
        Typing again = anna.inAnotherSession();
        stream.say(again, SessionEventKind.STARTED, stream.now());
        stream.typeLive(again, again.batch(0, stream.now(), 10, 100));

        assertThat(stream.flowStates(anna)).hasSize(1);
        assertThat(stream.flowStates(again)).isEmpty();
        assertThat(stream.count("mindful.stream.batches", "outcome", "erased")).isEqualTo(2);
        assertThat(stream.storedKeysOf(anna.userId())).containsExactly("users");
    }

    private void erase(Typing who) {
        stream.account(
                who.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.ERASED)
                        .setAt(stream.now())
                        .build());
    }
}
