package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** History that was typed a year ago, elsewhere, and is read now. */
class ImportedHistoryTest {

    private static final Duration AGO = Duration.ofDays(365);

    @Test
    void readsAsIfItHadBeenTypedHere() {
        Typing here = Typing.someone();
        Typing there = here.inAnotherSession();
        List<KeystrokeBatch> typed = typed(here, StreamDriver.START.plus(AGO).plus(Duration.ofHours(1)));
        try (StreamDriver live = new StreamDriver();
                StreamDriver importing = new StreamDriver()) {
            live.advance(AGO);
            live.say(here, SessionEventKind.STARTED, live.now());
            typed.forEach(batch -> live.typeLive(here, batch));
            live.advance(Duration.ofHours(1));

            importing.advance(AGO.multipliedBy(2));
            importing.pipe(Topics.SESSIONS, there.userId(), started(there, StreamDriver.START.plus(AGO)));
            for (KeystrokeBatch batch : typed) {
                importing.type(there, imported(batch, there.sessionId()));
                if (batch.getSequence() % 10 == 0) {
                    // A poll while the history is read finds its session silent.
                    importing.advance(Duration.ofSeconds(6));
                }
            }
            importing.advance(Duration.ofSeconds(10));

            assertThat(importing.deadLetters()).isEmpty();
            assertThat(importing.lastFlowState(there).getStatus()).isEqualTo(SessionStatus.ENDED);
            assertThat(withoutIds(importing.lastFlowState(there))).isEqualTo(withoutIds(live.lastFlowState(here)));
            assertThat(minutes(importing, there.userId())).isEqualTo(minutes(live, here.userId()));
            assertThat(periods(importing)).isEqualTo(periods(live)).isNotEmpty();
        }
    }

    @Test
    void countsInNoTeam() {
        Typing member = Typing.someone();
        UUID team = UUID.randomUUID();
        try (StreamDriver driver = new StreamDriver()) {
            driver.account(member.userId(), TeamEvents.joined(team, StreamDriver.START));
            driver.account(member.userId(), TeamEvents.consent(team, StreamDriver.START, true));
            // Consent counts from the next day.
            driver.advance(Duration.ofDays(1));
            int before = driver.all(Topics.TEAM_CONTRIBUTIONS).size();
            typed(member, driver.now().minus(Duration.ofHours(1)))
                    .forEach(batch -> driver.type(member, imported(batch, member.sessionId())));
            driver.advance(Duration.ofMinutes(5));

            assertThat(driver.minutes(member.userId())).isNotEmpty();
            assertThat(driver.all(Topics.TEAM_CONTRIBUTIONS)).hasSize(before);

            Typing now = member.inAnotherSession();
            typed(now, driver.now()).forEach(batch -> driver.typeLive(now, batch));
            driver.advance(Duration.ofMinutes(5));
            assertThat(driver.all(Topics.TEAM_CONTRIBUTIONS))
                    .as("what they type here counts")
                    .hasSizeGreaterThan(before);
        }
    }

    @Test
    void ordersBatchesThatOvertookOthers() {
        Typing user = Typing.someone();
        List<KeystrokeBatch> typed = typed(user, StreamDriver.START);
        try (StreamDriver driver = new StreamDriver()) {
            driver.advance(AGO);
            driver.type(user, imported(typed.get(0), user.sessionId()));
            driver.type(user, imported(typed.get(2), user.sessionId()));
            driver.advance(Duration.ofSeconds(1));
            assertThat(driver.stored(user).nextSequence()).as("waits").isEqualTo(1);
            driver.type(user, imported(typed.get(1), user.sessionId()));
            assertThat(driver.stored(user).nextSequence()).isEqualTo(3);
        }
    }

    private static List<KeystrokeBatch> typed(Typing user, Instant from) {
        List<KeystrokeBatch> batches = new ArrayList<>();
        Random random = new Random(7);
        Instant at = from;
        for (int sequence = 0; sequence < 400; sequence++) {
            batches.add(user.varied(sequence, at, 25, 200));
            // Also pauses, some longer than those that end a session.
            at = at.plusMillis(25 * 200 + (random.nextInt(130) == 0 ? 200_000 + random.nextInt(2_000_000) : 0));
        }
        return batches;
    }

    private static KeystrokeBatch imported(KeystrokeBatch batch, UUID sessionId) {
        return KeystrokeBatch.newBuilder(batch)
                .setSessionId(sessionId)
                .setImported(true)
                .build();
    }

    private static SessionEvent started(Typing who, Instant at) {
        return SessionEvent.newBuilder()
                .setSessionId(who.sessionId())
                .setKind(SessionEventKind.STARTED)
                .setAt(at)
                .setRecordedAt(at)
                .setImported(true)
                .build();
    }

    private static FlowState withoutIds(FlowState state) {
        return FlowState.newBuilder(state)
                .setSessionId(new UUID(0, 1))
                .setVersion(0)
                .setReceivedAt(Instant.EPOCH)
                .build();
    }

    private static List<FlowMinute> minutes(StreamDriver driver, UUID userId) {
        TreeMap<Instant, FlowMinute> minutes = new TreeMap<>();
        driver.minutes(userId)
                .forEach((minute, row) -> minutes.put(
                        minute,
                        FlowMinute.newBuilder(row)
                                .setSessionId(null)
                                .setVersion(0)
                                .build()));
        return List.copyOf(minutes.values());
    }

    private static List<FlowPeriod> periods(StreamDriver driver) {
        TreeMap<Instant, FlowPeriod> periods = new TreeMap<>();
        driver.flowPeriods()
                .forEach(period -> periods.put(
                        period.getStartedAt(),
                        FlowPeriod.newBuilder(period)
                                .setSessionId(new UUID(0, 1))
                                .setVersion(0)
                                .build()));
        return List.copyOf(periods.values());
    }
}
