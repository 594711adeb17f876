package dev.mindfulcode.projectionservice.sessions;

import static dev.mindfulcode.schemas.SessionEventKind.DELETED;
import static dev.mindfulcode.schemas.SessionEventKind.ENDED;
import static dev.mindfulcode.schemas.SessionEventKind.PAUSED;
import static dev.mindfulcode.schemas.SessionEventKind.RESUMED;
import static dev.mindfulcode.schemas.SessionEventKind.STARTED;
import static dev.mindfulcode.schemas.SessionEventKind.UPDATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodingSessionsTest {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = UUID.randomUUID();
    private final UserCipher cipher = database.keys().create(user);
    private final UUID session = UUID.randomUUID();
    private long offset;

    @Test
    void mergesUserAndStreamEventsIntoOneRow() throws Exception {
        apply(started("mindful", "java"), observed(4, SessionStatus.ACTIVE, 60, 300));
        assertThat(database.rows("SELECT session_id, user_id, status, started_at, ended_at, language, editor,"
                        + " keystrokes, errors, context_switches, files_modified, active_ms, flow_ms, intensity_ms,"
                        + " interruptions, first_activity_at, last_activity_at, version, event_offset"
                        + " FROM readmodel.coding_sessions"))
                .containsExactly("(" + session + "," + user + ",active,\"2026-03-02 09:00:00+00\",,java,,"
                        + "300,30,3,6,60000,30000,37020,0,\"2026-03-02 09:00:00+00\",\"2026-03-02 09:01:00+00\",4,0)");
        assertThat(database.projects()).containsExactly(Map.entry(session, "mindful"));
    }

    @Test
    void storesNextSequenceAndReuseCount() throws Exception {
        FlowState state = SampleEvents.flowState(session, 1, SessionStatus.ACTIVE, NINE, 10);
        state.setNextSequence(15);
        state.setReusedSequences(4);
        apply(started(null, null), new ProjectionEvent(0, user, state));
        assertThat(column("next_sequence")).isEqualTo("15");
        assertThat(column("reused_sequences")).isEqualTo("4");
    }

    @Test
    void givesSameRowInEitherArrivalOrder() throws Exception {
        ProjectionEvent start = started("mindful", null);
        ProjectionEvent state = observed(4, SessionStatus.PAUSED, 60, 300);
        apply(state);
        assertThat(column("started_at")).isEqualTo("2026-03-02 09:00:00+00");
        apply(start);
        List<String> expected = database.everything();
        ReadModelDatabase other = new ReadModelDatabase();
        other.apply(CodingSessions.projection(), List.of(start));
        other.apply(CodingSessions.projection(), List.of(state));
        assertThat(other.everything()).isEqualTo(expected);
    }

    @Test
    void prefersUsersEndOverStream() throws Exception {
        apply(started(null, null), observed(1, SessionStatus.PAUSED, 400, 10), reported(ENDED, 500));
        apply(observed(2, SessionStatus.ACTIVE, 600, 20));
        apply(observed(3, SessionStatus.ENDED, 2400, 20));
        assertThat(column("status")).isEqualTo("ended");
        assertThat(column("ended_at"))
                .as("the last keystroke, typed after the end")
                .isEqualTo("2026-03-02 09:40:00+00");
        assertThat(column("keystrokes")).as("late batches still count").isEqualTo("20");
    }

    @Test
    void prefersStatusOfLaterMoment() throws Exception {
        apply(started(null, null), reported(PAUSED, 100));
        assertThat(column("status")).isEqualTo("paused");
        apply(observed(1, SessionStatus.ACTIVE, 99, 10));
        assertThat(column("status")).as("typed before the pause").isEqualTo("paused");
        apply(observed(2, SessionStatus.ACTIVE, 101, 11));
        assertThat(column("status")).as("typed after it").isEqualTo("active");
        apply(observed(3, SessionStatus.PAUSED, 401, 11));
        assertThat(column("status")).as("idle").isEqualTo("paused");
        apply(reported(RESUMED, 500));
        assertThat(column("status")).isEqualTo("active");
    }

    @Test
    void endsIdleSessionAtLastActivity() throws Exception {
        apply(started(null, null));
        var state = SampleEvents.flowState(session, 7, SessionStatus.ENDED, NINE.plusSeconds(2000), 50);
        state.setLastActivityAt(NINE.plusSeconds(200));
        apply(new ProjectionEvent(0, user, state));
        assertThat(column("status")).isEqualTo("ended");
        assertThat(column("ended_at")).isEqualTo("2026-03-02 09:03:20+00");
        apply(observed(8, SessionStatus.ACTIVE, 2100, 60));
        assertThat(column("status")).as("a late batch filled the gap").isEqualTo("active");
        assertThat(column("ended_at")).isNull();
    }

    @Test
    void ignoresRepeatedStart() throws Exception {
        ProjectionEvent again = new ProjectionEvent(
                50, user, SampleEvents.with(event(STARTED, NINE.plusSeconds(5)), cipher, "first name", null));
        apply(
                started("first name", "java"),
                reported(UPDATED, 10, "second name"),
                reported(PAUSED, 20),
                reported(ENDED, 30));
        List<String> expected = database.everything();
        assertThat(apply(again)).isZero();
        assertThat(database.everything()).isEqualTo(expected);

        ReadModelDatabase atOnce = new ReadModelDatabase();
        ProjectionEvent start = new ProjectionEvent(0, user, event(STARTED, NINE));
        atOnce.apply(CodingSessions.projection(), List.of(start, again));
        assertThat(atOnce.value("SELECT started_at FROM readmodel.coding_sessions"))
                .isEqualTo("2026-03-02 09:00:00+00");
        assertThat(atOnce.value("SELECT project FROM readmodel.coding_sessions"))
                .isNull();
    }

    @Test
    void updateChangesOnlyGivenFields() throws Exception {
        apply(started("mindful", "java"));
        apply(reported(UPDATED, 10, "other"));
        assertThat(database.projects()).containsExactly(Map.entry(session, "other"));
        assertThat(column("language")).isEqualTo("java");
    }

    @Test
    void ignoresOlderVersionsAndOffsets() throws Exception {
        ProjectionEvent start = started("mindful", "java");
        ProjectionEvent update = reported(UPDATED, 10, "other");
        apply(start, update, observed(5, SessionStatus.ACTIVE, 60, 50));
        List<String> expected = database.everything();
        assertThat(apply(start)).isZero();
        assertThat(apply(update)).isZero();
        assertThat(apply(observed(4, SessionStatus.ENDED, 70, 40))).isZero();
        assertThat(apply(observed(5, SessionStatus.ENDED, 70, 40))).isZero();
        assertThat(database.everything()).isEqualTo(expected);
    }

    @Test
    void acceptsVersionZero() throws Exception {
        apply(started(null, null));
        apply(observed(0, SessionStatus.ACTIVE, 1, 5));
        assertThat(column("keystrokes")).isEqualTo("5");
    }

    @Test
    void rejectsEventsOfAnotherUser() throws Exception {
        apply(started("mine", null), observed(1, SessionStatus.ACTIVE, 10, 10));
        List<String> expected = database.everything();
        UUID thief = UUID.randomUUID();
        UserCipher thiefs = database.keys().create(thief);
        apply(
                new ProjectionEvent(90, thief, SampleEvents.with(event(UPDATED, NINE), thiefs, "theirs", null)),
                new ProjectionEvent(91, thief, SampleEvents.flowState(session, 9, SessionStatus.ENDED, NINE, 0)));
        assertThat(database.everything()).isEqualTo(expected);
    }

    @Test
    void stripsNulFromLanguages() throws Exception {
        apply(started(null, "a\0b"));
        assertThat(column("language")).isEqualTo("ab");
    }

    @Test
    void storesProjectAndEditorAsTheEventEncryptedThem() throws Exception {
        SessionEvent start = SampleEvents.with(event(STARTED, NINE), cipher, "mindful", "java");
        start.setEditor(ByteBuffer.wrap(SealedText.EDITOR.seal("vim", cipher)));
        apply(new ProjectionEvent(0, user, start));
        for (String sealed : List.of("project", "project_index", "editor")) {
            assertThat(HexFormat.of().parseHex(column("encode(" + sealed + ", 'hex')")))
                    .isEqualTo(((ByteBuffer) start.get(sealed)).array());
        }
    }

    @Test
    void rejectsOversizedTexts() {
        SessionEvent start = event(STARTED, NINE);
        start.setEditor(ByteBuffer.allocate(SealedText.SIZE_BYTES_MAX + 1));
        assertThatThrownBy(() -> apply(new ProjectionEvent(0, user, start))).isInstanceOf(RejectedEventException.class);
    }

    @Test
    void givesSameRowForAnyInterleavingAndBatching() throws Exception {
        Random random = new Random(20260303);
        List<ProjectionEvent> reported = new ArrayList<>(List.of(started("p0", "java")));
        List<ProjectionEvent> observed = new ArrayList<>();
        SessionEventKind[] kinds = {UPDATED, PAUSED, RESUMED, STARTED};
        SessionStatus[] statuses = {SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.ENDED};
        for (int i = 1; i <= 25; i++) {
            SessionEventKind kind = kinds[random.nextInt(kinds.length)];
            reported.add(reported(kind, i * 10L, random.nextBoolean() ? "p" + i : null));
            if (random.nextInt(8) == 0) {
                reported.add(corrected((long) i, random.nextBoolean() ? i * 20L : null));
            }
            observed.add(
                    observed(i, statuses[random.nextInt(statuses.length)], i * 10L + random.nextInt(-9, 9), i * 10L));
        }
        reported.add(reported(random.nextBoolean() ? ENDED : PAUSED, 255));

        List<String> expected = null;
        for (int round = 0; round < 8; round++) {
            ReadModelDatabase fresh = new ReadModelDatabase();
            int nextReported = 0;
            int nextObserved = 0;
            while (nextReported < reported.size() || nextObserved < observed.size()) {
                int toReported = Math.min(reported.size(), nextReported + random.nextInt(5));
                int toObserved = Math.min(observed.size(), nextObserved + random.nextInt(5));
                List<ProjectionEvent> portion = new ArrayList<>(reported.subList(nextReported, toReported));
                portion.addAll(observed.subList(nextObserved, toObserved));
                fresh.apply(CodingSessions.projection(), portion);
                nextReported = toReported;
                nextObserved = toObserved;
                if (random.nextInt(6) == 0) {
                    nextReported = random.nextInt(nextReported + 1);
                    nextObserved = random.nextInt(nextObserved + 1);
                }
            }
            if (expected == null) {
                expected = fresh.everything();
            }
            assertThat(fresh.everything())
                    .as("round " + round)
                    .isEqualTo(expected)
                    .hasSize(1);
        }
    }

    @Test
    void prefersCorrectionOverOtherEvents() throws Exception {
        apply(started("p", null), untouched(1, 60), reported(ENDED, 4000), corrected(600L, 1200L));
        String bounds = "SELECT status, started_at, ended_at, keystrokes FROM readmodel.coding_sessions";
        String expected = "(ended,\"2026-03-02 09:10:00+00\",\"2026-03-02 09:20:00+00\",0)";
        assertThat(database.rows(bounds)).containsExactly(expected);
        apply(reported(ENDED, 5000), reported(STARTED, 3), untouched(2, 2400));
        assertThat(database.rows(bounds)).containsExactly(expected);
        apply(corrected(null, 1800L));
        assertThat(database.rows(bounds))
                .as("the last correction of each end counts")
                .containsExactly("(ended,\"2026-03-02 09:10:00+00\",\"2026-03-02 09:30:00+00\",0)");
    }

    @Test
    void correctionNeverExcludesTyping() throws Exception {
        String bounds = "SELECT status, started_at, ended_at FROM readmodel.coding_sessions";
        apply(started("p", null), observed(1, SessionStatus.ACTIVE, 1500, 300), corrected(600L, 1200L));
        assertThat(database.rows(bounds))
                .as("an end before the last keystroke")
                .containsExactly("(ended,\"2026-03-02 09:10:00+00\",\"2026-03-02 09:25:00+00\")");
        apply(corrected(2000L, 2400L));
        assertThat(database.rows(bounds))
                .as("a start after the first keystroke")
                .containsExactly("(ended,\"2026-03-02 09:24:00+00\",\"2026-03-02 09:40:00+00\")");
    }

    /** With any clock, correction or late batch, the session's times include every moment of typing. */
    @Test
    void sessionTimesIncludeAllTyping() throws Exception {
        Random random = new Random(20261130);
        for (int round = 0; round < 60; round++) {
            UUID id = UUID.randomUUID();
            long first = random.nextInt(-4_000, 4_000);
            long last = first + random.nextInt(0, 4_000);
            FlowState state = SampleEvents.flowState(
                    id,
                    1,
                    random.nextBoolean() ? SessionStatus.ACTIVE : SessionStatus.ENDED,
                    NINE.plusSeconds(last),
                    5);
            state.setFirstActivityAt(NINE.plusSeconds(first));
            state.setLastActivityAt(NINE.plusSeconds(last));
            state.setActiveMs(1_000 * (last - first));
            List<SessionEvent> reported = new ArrayList<>();
            if (random.nextInt(4) > 0) {
                reported.add(SampleEvents.sessionEvent(id, STARTED, NINE));
            }
            if (random.nextBoolean()) {
                reported.add(SampleEvents.sessionEvent(id, ENDED, NINE.plusSeconds(random.nextInt(4_000))));
            }
            if (random.nextBoolean()) {
                Instant from = NINE.plusSeconds(random.nextInt(-4_000, 4_000));
                reported.add(SampleEvents.corrected(
                        id, NINE.plusSeconds(9_000), from, from.plusSeconds(random.nextInt(3_000))));
            }
            List<ProjectionEvent> events = new ArrayList<>();
            reported.forEach(event -> events.add(new ProjectionEvent(offset++, user, event)));
            events.add(random.nextInt(events.size() + 1), new ProjectionEvent(1, user, state));
            if (!reported.isEmpty() && reported.getFirst().getKind() != STARTED) {
                events.addFirst(new ProjectionEvent(offset++, user, SampleEvents.sessionEvent(id, STARTED, NINE)));
            }
            database.apply(CodingSessions.projection(), events);

            String outside = """
                    SELECT count(*) FROM readmodel.coding_sessions
                    WHERE started_at > first_activity_at OR ended_at < last_activity_at OR ended_at < started_at
                          OR ended_at - started_at < active_ms * interval '1 millisecond'""";
            assertThat(database.number(outside))
                    .as("round " + round + ": " + events)
                    .isZero();
        }
    }

    /** Returns the observed state of a session without typing: both times are its start. */
    private ProjectionEvent untouched(long version, long afterSeconds) {
        FlowState state =
                SampleEvents.flowState(session, version, SessionStatus.PAUSED, NINE.plusSeconds(afterSeconds), 0);
        state.setFirstActivityAt(NINE);
        state.setLastActivityAt(NINE);
        state.setErrors(0);
        state.setContextSwitches(0);
        state.setFilesModified(0);
        state.setActiveMs(0);
        return new ProjectionEvent(version, user, state);
    }

    @Test
    void correctedEndEndsSession() throws Exception {
        apply(started(null, null), reported(PAUSED, 10), corrected(null, 5L));
        apply(observed(1, SessionStatus.ACTIVE, 60, 300));
        assertThat(column("status")).isEqualTo("ended");
        assertThat(column("ended_at")).as("the last keystroke").isEqualTo("2026-03-02 09:01:00+00");
    }

    @Test
    void startMovedPastEndGivesZeroLength() throws Exception {
        apply(started(null, null), reported(ENDED, 10), corrected(20L, null));
        assertThat(column("ended_at")).isEqualTo(column("started_at")).isEqualTo("2026-03-02 09:00:20+00");
    }

    @Test
    void deletedSessionLeavesOnlyItsId() throws Exception {
        ProjectionEvent start = started("secret", "java");
        ProjectionEvent end = reported(ENDED, 60);
        ProjectionEvent deleted = reported(DELETED, 70);
        ProjectionEvent state = observed(1, SessionStatus.ENDED, 50, 100);
        ProjectionEvent late = observed(2, SessionStatus.ACTIVE, 80, 120);
        apply(start, end);
        apply(state);
        apply(deleted);
        assertOnlyTheIdStays(database);
        apply(late);
        apply(start, end, reported(UPDATED, 90, "again"), deleted);
        assertOnlyTheIdStays(database);

        ReadModelDatabase other = new ReadModelDatabase();
        other.apply(CodingSessions.projection(), List.of(late, start, deleted));
        other.apply(CodingSessions.projection(), List.of(state, end));
        assertOnlyTheIdStays(other);
    }

    private void assertOnlyTheIdStays(ReadModelDatabase in) throws Exception {
        assertThat(in.everything()).singleElement().asString().startsWith("coding_sessions_deleted");
        assertThat(in.value("SELECT user_id || '/' || session_id FROM readmodel.coding_sessions_deleted"))
                .isEqualTo(user + "/" + session);
    }

    @Test
    void ignoresDeletionByAnotherUser() throws Exception {
        apply(started("mine", null));
        UUID thief = UUID.randomUUID();
        apply(new ProjectionEvent(90, thief, event(DELETED, NINE)));
        apply(reported(UPDATED, 10, "still mine"));
        assertThat(database.projects()).containsExactly(Map.entry(session, "still mine"));
    }

    private ProjectionEvent corrected(@Nullable Long startedAfterSeconds, @Nullable Long endedAfterSeconds) {
        return new ProjectionEvent(
                offset++,
                user,
                SampleEvents.corrected(
                        session,
                        NINE.plusSeconds(9_000),
                        startedAfterSeconds == null ? null : NINE.plusSeconds(startedAfterSeconds),
                        endedAfterSeconds == null ? null : NINE.plusSeconds(endedAfterSeconds)));
    }

    private int apply(ProjectionEvent... events) throws Exception {
        return database.apply(CodingSessions.projection(), List.of(events));
    }

    private @Nullable String column(String name) throws Exception {
        return database.value("SELECT " + name + " FROM readmodel.coding_sessions");
    }

    private ProjectionEvent started(@Nullable String project, @Nullable String language) {
        return new ProjectionEvent(offset++, user, SampleEvents.with(event(STARTED, NINE), cipher, project, language));
    }

    private ProjectionEvent reported(SessionEventKind kind, long afterSeconds) {
        return reported(kind, afterSeconds, null);
    }

    private ProjectionEvent reported(SessionEventKind kind, long afterSeconds, @Nullable String project) {
        SessionEvent event = event(kind, NINE.plusSeconds(afterSeconds));
        return new ProjectionEvent(
                offset++, user, project == null ? event : SampleEvents.with(event, cipher, project, null));
    }

    private ProjectionEvent observed(long version, SessionStatus status, long afterSeconds, long keystrokes) {
        return new ProjectionEvent(
                version,
                user,
                SampleEvents.flowState(session, version, status, NINE.plusSeconds(afterSeconds), keystrokes));
    }

    private SessionEvent event(SessionEventKind kind, Instant at) {
        return SampleEvents.sessionEvent(session, kind, at);
    }
}
