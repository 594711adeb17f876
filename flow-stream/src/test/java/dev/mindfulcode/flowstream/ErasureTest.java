package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErasureTest {

    static final List<String> USER_STORES = List.of(
            FlowTopology.SESSIONS_STORE,
            FlowTopology.SESSION_TIMERS_STORE,
            FlowTopology.MINUTES_STORE,
            FlowTopology.USERS_STORE,
            FlowTopology.PERSONAL_LAYERS_STORE,
            FlowTopology.REORDER_BUFFER_STORE,
            FlowTopology.BATCH_IDS_STORE,
            FlowTopology.MEMBERSHIPS_STORE,
            FlowTopology.PENDING_CONTRIBUTIONS_STORE);

    private final BreakableKeys keys = new BreakableKeys();
    private StreamDriver stream = new StreamDriver(keys);
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void skipsAndCountsBatchesWithoutAKey() {
        keys.destroy(anna.userId());

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

    @Test
    void sealsEveryStoredValueOfAUser() {
        fillAllStores();

        assertThat(stream.storedKeysOf(anna.userId())).containsOnlyOnceElementsOf(USER_STORES);
        for (String store : USER_STORES) {
            stream.rows(store).forEach((key, value) -> {
                if (key.length() >= 32) {
                    assertThat(opens(anna, store, value)).as(store).isTrue();
                    assertThat(opens(ben, store, value)).as(store).isFalse();
                }
            });
        }
    }

    @Test
    void readsTheStateOfAUserWithoutAKeyAsAbsent() {
        fillAllStores();
        int published = stream.flowStates(anna).size();

        keys.destroy(anna.userId());
        stream.typeLive(ben, ben.batch(0, stream.now(), 10, 100));
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));
        stream = stream.restarted();
        stream.typeLive(anna, anna.batch(1, stream.now(), 10, 100));
        stream.say(anna, SessionEventKind.PAUSED, stream.now());
        stream.say(anna.inAnotherSession(), SessionEventKind.STARTED, stream.now());
        stream.account(anna.userId(), TeamEvents.joined(UUID.randomUUID(), stream.now()));
        stream.typeLive(ben, ben.batch(1, stream.now(), 10, 100));
        stream.advance(Duration.ofHours(1));

        assertThat(published).isPositive();
        assertThat(stream.count("mindful.stream.events", "outcome", "erased")).isEqualTo(3);
        assertThat(stream.flowStates(anna)).isEmpty();
        assertThat(stream.all(Topics.TEAM_CONTRIBUTIONS)).isEmpty();
        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.lastFlowState(ben).getKeystrokes()).isEqualTo(20);
        assertThat(stream.lastFlowState(ben).getStatus()).isEqualTo(SessionStatus.ENDED);

        erase(anna);
        assertThat(stream.storedKeysOf(anna.userId())).containsExactly("users");
    }

    @Test
    void restoresTheStateOfAllUsersWithOneQuery() {
        for (int i = 0; i < 20; i++) {
            Typing somebody = Typing.someone();
            stream.typeLive(somebody, somebody.batch(0, StreamDriver.START, 10, 100));
        }

        keys.setAvailable(true);
        stream = stream.restarted();
        stream.advance(Duration.ofHours(1));

        assertThat(stream.flowStates()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(keys.queries()).isEqualTo(1);
    }

    @Test
    void continuesByTheClockOnceTheKeysAreAvailableAgain() {
        fillAllStores();
        stream.typeLive(ben, ben.batch(0, stream.now(), 10, 100));

        keys.setAvailable(false);
        stream = stream.restarted();
        stream.advance(Duration.ofHours(1));
        assertThat(stream.flowStates()).isEmpty();
        assertThat(stream.count("mindful.stream.polls.deferred")).isPositive();
        keys.setAvailable(true);
        Kafka.await("both sessions end", Duration.ofMinutes(1), () -> {
            stream.advance(Duration.ofMinutes(10));
            return hasEnded(anna) && hasEnded(ben);
        });

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
        assertThat(stream.all(Topics.TEAM_CONTRIBUTIONS)).isNotEmpty();
    }

    /** Whichever poll finds the keys again first: what has waited long enough counts before silence ends a session. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void countsWaitingBatchesBeforeASessionEnds(int pollsWithoutKeys) {
        fillAllStores();
        keys.setAvailable(true);
        stream = stream.restarted();

        keys.failNext(pollsWithoutKeys);
        stream.advance(Duration.ofHours(1));

        List<FlowState> states = stream.flowStates(anna);
        assertThat(states)
                .filteredOn(state -> state.getStatus() == SessionStatus.ENDED)
                .allMatch(state -> state.getKeystrokes() == 20);
        stream.advance(Duration.ofMinutes(1));
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ENDED);
    }

    private boolean hasEnded(Typing who) {
        List<FlowState> states = stream.flowStates(who);
        return !states.isEmpty() && states.getLast().getStatus() == SessionStatus.ENDED;
    }

    /** Leaves a row of Anna in each store: open session, waiting batch, personal layer, team, unpublished minutes. */
    private void fillAllStores() {
        UUID team = UUID.randomUUID();
        stream.account(anna.userId(), TeamEvents.joined(team, StreamDriver.START));
        stream.account(anna.userId(), TeamEvents.consent(team, StreamDriver.START, true));
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.typeLive(anna, anna.batch(2, StreamDriver.START.plusSeconds(2), 10, 100));
    }

    private static boolean opens(Typing who, String store, byte[] value) {
        try {
            UserCipher cipher = Typing.KEYS.find(who.userId()).orElseThrow();
            return cipher.decrypt(value, "mindful-flow-" + store + "-changelog", 1).length > 0;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private void erase(Typing who) {
        stream.erase(who.userId());
    }
}
