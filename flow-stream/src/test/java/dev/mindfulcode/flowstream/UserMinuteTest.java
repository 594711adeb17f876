package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.TeamContribution;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Active time and time in flow are unions: of a session's batches, and of a user's sessions. */
class UserMinuteTest {

    private static final Instant START = StreamDriver.START;
    private static final int SECOND_MS = 1_000;

    private final StreamDriver stream = new StreamDriver();
    private final Typing one = Typing.someone();
    private final Typing other = one.inAnotherSession();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void countsTimeOfTwoEditorsOnce() {
        type(one, 0, START, 30);
        type(other, 0, START.plusSeconds(20), 30);

        assertThat(stream.minute(one, START).getActiveMs()).as("0 s to 50 s").isEqualTo(50 * SECOND_MS);
        assertThat(stream.minute(one, START).getKeystrokes()).isEqualTo(300);
        assertThat(stream.lastFlowState(one).getActiveMs()).isEqualTo(30 * SECOND_MS);
        assertThat(stream.lastFlowState(other).getActiveMs()).isEqualTo(30 * SECOND_MS);
    }

    @Test
    void countsTimeOfOverlappingBatchesOnce() {
        type(one, 0, START, 60);
        type(one, 1, START.plusSeconds(30), 60);
        type(one, 2, START, 90);

        assertThat(stream.minute(one, START).getActiveMs()).isEqualTo(60 * SECOND_MS);
        assertThat(stream.minute(one, START.plusSeconds(60)).getActiveMs()).isEqualTo(30 * SECOND_MS);
        assertThat(stream.lastFlowState(one).getActiveMs()).isEqualTo(90 * SECOND_MS);
        assertThat(stream.lastFlowState(one).getKeystrokes()).isEqualTo(1_050);
    }

    /** The reason is that of the work in the minute, also after typing that follows the end of the session. */
    @Test
    void keepsTheReasonOfAMinuteInWhichTheSessionEnded() {
        type(one, 0, START, 70);
        Instant minute = START.plusSeconds(60);
        assertThat(stream.minute(one, minute).getReason()).isEqualTo("warming_up");

        stream.say(one, SessionEventKind.ENDED, START.plusSeconds(71));
        type(one, 1, START.plusSeconds(75), 10);

        assertThat(stream.lastFlowState(one).getKeystrokes()).isEqualTo(400);
        assertThat(stream.minute(one, minute).getReason()).isEqualTo("warming_up");
    }

    @Test
    void assignsIntervalsToTheMinutesInWhichTheyPassed() {
        stream.typeLive(one, one.batch(0, START.plusSeconds(50), 2, 14 * SECOND_MS));
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.minute(one, START).getActiveMs()).isEqualTo(10 * SECOND_MS);
        assertThat(stream.minute(one, START.plusSeconds(60)).getActiveMs()).isEqualTo(18 * SECOND_MS);
        assertThat(stream.minutes(one.userId()).values().stream()
                        .mapToDouble(FlowMinute::getIntensityMs)
                        .sum())
                .isEqualTo(stream.lastFlowState(one).getIntensityMs());
    }

    @Test
    void passesTheShareOfADeletedSessionToOthers() {
        Typing first = Stream.of(one, other)
                .min(Comparator.comparing(UserMinuteTest::order))
                .orElseThrow();
        Typing second = first.equals(one) ? other : one;
        type(first, 0, START, 30);
        type(second, 0, START.plusSeconds(20), 30);
        assertThat(activeMs(second)).as("without what the first covers").isEqualTo(20 * SECOND_MS);

        stream.say(first, SessionEventKind.DELETED, stream.now());

        assertThat(activeMs(second)).isEqualTo(30 * SECOND_MS);
    }

    @Test
    void countsFlowOfTwoEditorsOnce() {
        stream.account(
                one.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(START)
                        .setSensitivity(1f)
                        .build());
        for (int batch = 0; batch < 150; batch++) {
            Instant startedAt = START.plusSeconds(6L * batch);
            stream.typeLive(one, one.varied(batch, startedAt, 30, 200));
            stream.typeLive(other, other.varied(batch, startedAt, 30, 200));
        }
        stream.advance(Duration.ofSeconds(2));

        FlowState alone = stream.lastFlowState(one);
        assertThat(alone.getFlowMs()).isPositive().isLessThan(alone.getActiveMs());
        assertThat(stream.lastFlowState(other).getFlowMs()).isPositive();
        long activeMs = sum(FlowMinute::getActiveMs);
        long flowMs = sum(FlowMinute::getFlowMs);
        assertThat(activeMs).isEqualTo(900 * SECOND_MS);
        long longerMs = Math.max(alone.getFlowMs(), stream.lastFlowState(other).getFlowMs());
        assertThat(flowMs).as("exact but for the second in which flow began").isBetween(longerMs, longerMs + SECOND_MS);
        stream.minutes(one.userId()).values().forEach(minute -> {
            assertThat(minute.getActiveMs()).isLessThanOrEqualTo(60 * SECOND_MS);
            assertThat(minute.getFlowMs()).isLessThanOrEqualTo(minute.getActiveMs());
            assertThat(minute.getIntensityMs()).isBetween(0.0, 60.0 * SECOND_MS);
        });
    }

    @Test
    void contributesTheUnionToTheUsersTeams() {
        UUID team = UUID.randomUUID();
        stream.account(one.userId(), TeamEvents.joined(team, START.minusSeconds(86_400)));
        stream.account(one.userId(), TeamEvents.consent(team, START.minusSeconds(86_400), true));
        type(one, 0, START, 30);
        type(other, 0, START.plusSeconds(20), 30);
        stream.advance(TeamContributionPublisher.PUBLISH_INTERVAL.plusSeconds(1));

        TeamContribution last = stream.all(Topics.TEAM_CONTRIBUTIONS).stream()
                .filter(contribution -> contribution.getSizeCode() == WindowSize.DAY.code())
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(Seals.totals(last).getLong()).as("active time").isEqualTo(50 * SECOND_MS);
    }

    /** Five keys a second. */
    private void type(Typing who, int sequence, Instant startedAt, int seconds) {
        stream.typeLive(who, who.batch(sequence, startedAt, seconds * 5, 200));
        stream.advance(Duration.ofSeconds(2));
    }

    private long activeMs(Typing who) {
        StreamDriver.SessionMinute minute = new StreamDriver.SessionMinute(who.sessionId(), START);
        return Objects.requireNonNull(stream.sessionMinutes(who.userId()).get(minute))
                .getActiveMs();
    }

    private long sum(ToLongFunction<FlowMinute> total) {
        return stream.minutes(one.userId()).values().stream().mapToLong(total).sum();
    }

    /** Ids in the order of their bytes. */
    private static String order(Typing who) {
        return who.sessionId().toString();
    }
}
