package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionLifeTest {

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void isPausedAfterFiveSilentMinutesAndEndedAfterThirty() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));

        stream.advance(Duration.ofMinutes(4));
        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE);

        stream.advance(Duration.ofSeconds(65));
        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE, SessionStatus.PAUSED);

        stream.advance(Duration.ofMinutes(24));
        assertThat(statuses(anna)).hasSize(2);

        stream.advance(Duration.ofMinutes(2));
        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.ENDED);

        stream.advance(Duration.ofHours(5));
        assertThat(statuses(anna)).hasSize(3);
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(10);
    }

    @Test
    void isPausedByTheClockOfReceipt() {
        // A replay: a whole morning within one second.
        stream.advanceTo(StreamDriver.START.plus(Duration.ofHours(4)));
        stream.type(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.type(ben, ben.batch(0, StreamDriver.START.plus(Duration.ofMinutes(7)), 10, 100));
        stream.advance(Duration.ofSeconds(6));

        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE, SessionStatus.PAUSED);
        assertThat(statuses(ben)).containsExactly(SessionStatus.ACTIVE);
        assertThat(stream.lastFlowState(anna).getAt())
                .isBetween(
                        StreamDriver.START.plus(Duration.ofMinutes(5)), StreamDriver.START.plus(Duration.ofMinutes(8)));
    }

    @Test
    void isNotEndedInAReplayOfOldRecords() {
        stream.advanceTo(StreamDriver.START.plus(Duration.ofDays(20)));
        for (int minute = 0; minute < 40; minute++) {
            stream.type(anna, anna.batch(minute, StreamDriver.START.plus(Duration.ofMinutes(minute)), 10, 100));
            stream.advance(Duration.ofSeconds(6));
        }

        assertThat(statuses(anna)).containsOnly(SessionStatus.ACTIVE);
    }

    @Test
    void isNotEndedByAnotherUsersFutureReceipt() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.type(ben, ben.batch(0, stream.now(), stream.now().plus(Duration.ofMinutes(50)), Typing.letters(5, 100)));
        stream.advance(Duration.ofSeconds(30));

        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE);
    }

    @Test
    void resumesWithTypingAfterIdlenessEndedIt() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.advance(Duration.ofMinutes(40));

        stream.typeLive(anna, anna.batch(1, stream.now(), 10, 100));

        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ACTIVE);
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
    }

    @Test
    void remainsEndedByItsUserAndCountsEarlierTyping() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.say(anna, SessionEventKind.ENDED, StreamDriver.START.plusSeconds(30));
        stream.type(anna, anna.batch(1, StreamDriver.START.plusSeconds(2), 7, 100));
        stream.advance(Duration.ofSeconds(2));

        FlowState last = stream.lastFlowState(anna);
        assertThat(last.getStatus()).isEqualTo(SessionStatus.ENDED);
        assertThat(last.getKeystrokes()).isEqualTo(17);
        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(17);
        stream.advance(Duration.ofHours(1));
        assertThat(stream.lastFlowState(anna)).isEqualTo(last);
    }

    @Test
    void countsBatchesReadBeforeTheirSessionStarts() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.say(anna, SessionEventKind.STARTED, StreamDriver.START);
        stream.typeLive(anna, anna.batch(1, StreamDriver.START.plusSeconds(2), 10, 100));
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
    }

    @Test
    void isPausedAndResumedByItsUser() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.say(anna, SessionEventKind.PAUSED, stream.now().plusMillis(1));
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.PAUSED);

        stream.say(anna, SessionEventKind.RESUMED, stream.now().plusMillis(2));
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ACTIVE);

        stream.say(anna, SessionEventKind.PAUSED, stream.now().plusMillis(3));
        stream.advance(Duration.ofSeconds(5));
        stream.typeLive(anna, anna.batch(1, stream.now(), 10, 100));
        assertThat(stream.lastFlowState(anna).getStatus())
                .as("who types is no longer paused")
                .isEqualTo(SessionStatus.ACTIVE);
    }

    @Test
    void isPausedAgainAfterAnIdleResume() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.advance(Duration.ofMinutes(10));
        stream.say(anna, SessionEventKind.RESUMED, stream.now());
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ACTIVE);

        stream.advance(Duration.ofMinutes(6));
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.PAUSED);
        stream.advance(Duration.ofMinutes(30));
        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void isPausedAndEndedWithoutAnyTyping() {
        stream.say(anna, SessionEventKind.STARTED, StreamDriver.START);
        stream.advance(Duration.ofMinutes(6));
        stream.advance(Duration.ofMinutes(30));

        assertThat(statuses(anna)).containsExactly(SessionStatus.PAUSED, SessionStatus.ENDED);
        assertThat(stream.lastFlowState(anna).getFirstActivityAt()).isEqualTo(StreamDriver.START);
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isZero();
    }

    @Test
    void becomesActiveWithLateKeystrokesOfAnOfflineClient() {
        stream.say(anna, SessionEventKind.STARTED, StreamDriver.START);
        stream.advance(Duration.ofMinutes(50));
        Instant typedAt = StreamDriver.START.plusSeconds(60);

        stream.type(anna, anna.batch(0, typedAt, stream.now(), Typing.letters(10, 100)));

        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.ACTIVE);
        assertThat(stream.minute(anna, typedAt).getKeystrokes()).isEqualTo(10);
    }

    @Test
    void publishesNothingAfterItsDeletion() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        List<FlowState> published = stream.flowStates();
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        stream.type(anna, anna.batch(1, StreamDriver.START.plusSeconds(2), 7, 100));
        stream.say(anna, SessionEventKind.RESUMED, stream.now());
        stream.say(anna, SessionEventKind.STARTED, stream.now());
        stream.advance(Duration.ofMinutes(40));

        assertThat(stream.flowStates()).isEqualTo(published);
        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(10);
        assertThat(stream.count("mindful.stream.batches", "outcome", "session_deleted"))
                .isEqualTo(1);
    }

    @Test
    void publishesNothingWhenItsDeletionIsReadFirst() {
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        stream = stream.restarted();
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.advance(Duration.ofMinutes(40));
        assertThat(stream.flowStates()).isEmpty();
        assertThat(stream.minutes(anna.userId())).isEmpty();
    }

    @Test
    void passesTheUsersNormToTheNextSessionWhenDeleted() {
        for (int sequence = 0; sequence < 40; sequence++) {
            stream.typeLive(anna, anna.batch(sequence, StreamDriver.START.plusSeconds(6L * sequence), 40, 120));
        }
        byte[] learned = SessionState.freshAfter(
                TrackedSession.engineStateOf(stream.stored(anna).toValue()));
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        Typing next = anna.inAnotherSession();
        stream.say(next, SessionEventKind.STARTED, stream.now());

        assertThat(SessionState.freshAfter(
                        TrackedSession.engineStateOf(stream.stored(next).toValue())))
                .isEqualTo(learned);
        assertThat(learned).isNotEqualTo(SessionState.fresh());
    }

    @Test
    void endsAtACorrectedEnd() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.pipe(
                Topics.SESSIONS,
                anna.userId(),
                SessionEvent.newBuilder()
                        .setSessionId(anna.sessionId())
                        .setKind(SessionEventKind.CORRECTED)
                        .setAt(stream.now())
                        .setRecordedAt(stream.now())
                        .setEndedAt(StreamDriver.START.plusMillis(500))
                        .build());

        assertThat(statuses(anna)).containsExactly(SessionStatus.ACTIVE, SessionStatus.ENDED);
        assertThat(stream.lastFlowState(anna).getKeystrokes())
                .as("typing past the corrected end stays typed")
                .isEqualTo(10);
    }

    private List<SessionStatus> statuses(Typing who) {
        return stream.flowStates(who).stream().map(FlowState::getStatus).toList();
    }
}
