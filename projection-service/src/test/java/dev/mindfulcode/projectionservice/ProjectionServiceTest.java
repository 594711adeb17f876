package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProjectionServiceTest {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void appliesEventsOfEveryTopic() throws Exception {
        UserCipher user = pipeline.newUser();
        UUID session = UUID.randomUUID();
        publishSomeOfEverything(user, session);
        ProjectionService service = pipeline.start();
        pipeline.awaitApplied();

        assertThat(pipeline.database.rows("SELECT status, keystrokes FROM readmodel.coding_sessions"))
                .containsExactly("(active,120)");
        assertThat(pipeline.database.projects()).containsExactly(Map.entry(session, "mindful"));
        assertThat(pipeline.database.rows("SELECT minute, keystrokes FROM readmodel.flow_minutes"))
                .containsExactly("(\"2026-03-02 23:30:00+00\",120)");
        assertThat(pipeline.database.rows("SELECT day, keystrokes FROM readmodel.daily_summaries"))
                .containsExactly("(2026-03-03,120)");
        assertThat(pipeline.database.rows("SELECT ended_by, keystrokes FROM readmodel.flow_periods"))
                .containsExactly("(context_switch,80)");
        Eventually.holds("caught up", service::isCaughtUp);
        assertThat(service.loops().values())
                .extracting(state -> state.partitions())
                .containsExactly(12, 24);
    }

    @Test
    void appliesTeamWindowsWithoutUserKey() throws Exception {
        UUID team = UUID.randomUUID();
        pipeline.publish(Topics.TEAM_FLOW, team, SampleEvents.teamWindow(team, 1, 5));
        RecordMetadata others =
                pipeline.publish(Topics.TEAM_FLOW, UUID.randomUUID(), SampleEvents.teamWindow(team, 2, 50));
        pipeline.publish(Topics.TEAM_FLOW, team, SampleEvents.teamWindow(team, 2, 7));
        pipeline.start();
        pipeline.awaitApplied();

        assertThat(pipeline.database.rows(
                        "SELECT size, members, rho_micros FROM readmodel.team_windows WHERE team_id = '" + team + "'"))
                .containsExactly("(day,5,1)");
        assertThat(pipeline.deadLettersOf(others))
                .extracting(DeadLetter::getReason)
                .containsExactly("team_windows: team differs from key");
    }

    @Test
    void reapplyingWholeLogChangesNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            publishSomeOfEverything(pipeline.newUser(), UUID.randomUUID());
        }
        ProjectionService service = pipeline.start();
        pipeline.awaitApplied();
        List<String> expected = pipeline.database.everything();
        service.stop();
        assertThat(expected)
                .filteredOn(row -> !row.startsWith("user_zones"))
                .as("a session, its language, a minute, a period and a day of each; the log may know zones of others")
                .hasSize(100);

        pipeline.database.execute("UPDATE readmodel.projection_offsets SET next_offset = 0");
        pipeline.start();
        pipeline.awaitApplied();
        assertThat(pipeline.database.everything()).isEqualTo(expected);
    }

    @Test
    void ignoresCommittedGroupOffsets() throws Exception {
        pipeline.start();
        UserCipher user = pipeline.newUser();
        publishSomeOfEverything(user, UUID.randomUUID());
        pipeline.awaitApplied();
        try (var admin = Pipeline.admin()) {
            for (String group : List.of("mindful-projection-written", "mindful-projection-streamed")) {
                assertThat(admin.listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata()
                                .get())
                        .isEmpty();
            }
        }
    }

    @Test
    void deadLettersPoisonRecordsAndContinues() throws Exception {
        UserCipher user = pipeline.newUser();
        UUID userId = user.userId();
        byte[] good = pipeline.bytes(Topics.FLOW_MINUTES, userId, SampleEvents.minute(NINE, 1, 5));
        byte[] unknownSchema = good.clone();
        ByteBuffer.wrap(unknownSchema).putInt(1, 999_999);
        byte[] garbage = good.clone();
        Arrays.fill(garbage, 5, garbage.length, (byte) 0x81);
        byte[] state = pipeline.bytes(
                Topics.FLOW_STATES,
                userId,
                SampleEvents.flowState(UUID.randomUUID(), 1, SessionStatus.ACTIVE, NINE, 5));
        byte[] hugeString = Arrays.copyOf(state, 40);
        Arrays.fill(hugeString, 5, 40, (byte) 0xFE);
        List<byte[]> poisons = List.of(
                new byte[0],
                "{\"json\": true}".getBytes(StandardCharsets.UTF_8),
                new byte[] {0, 0, 0},
                unknownSchema,
                garbage,
                Arrays.copyOf(good, good.length - 3),
                state,
                hugeString,
                pipeline.bytes(Topics.FLOW_MINUTES, userId, SampleEvents.minute(NINE, 1, -5)));

        List<RecordMetadata> buried = new ArrayList<>();
        for (byte[] poison : poisons) {
            buried.add(pipeline.publishRaw(Topics.FLOW_MINUTES.name(), Pipeline.key(userId), poison));
        }
        buried.add(pipeline.publishRaw(
                new TopicPartition(Topics.FLOW_MINUTES.name(), buried.getFirst().partition()),
                "no user id".getBytes(StandardCharsets.UTF_8),
                good));
        RecordMetadata nothing = pipeline.publishRaw(Topics.FLOW_MINUTES.name(), Pipeline.key(userId), null);
        pipeline.publish(Topics.FLOW_MINUTES, userId, SampleEvents.minute(NINE, 2, 50));
        pipeline.start();
        pipeline.awaitApplied();

        assertThat(pipeline.database.rows("SELECT keystrokes FROM readmodel.flow_minutes"))
                .containsExactly("(50)");
        for (int i = 0; i < poisons.size(); i++) {
            List<DeadLetter> letters = pipeline.deadLettersOf(buried.get(i));
            assertThat(letters).as("poison " + i).hasSize(1);
            DeadLetter letter = letters.getFirst();
            assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(poisons.get(i)));
            assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(Pipeline.key(userId)));
            assertThat(letter.getReason()).isNotBlank().doesNotContain(userId.toString());
        }
        assertThat(pipeline.deadLettersOf(buried.getLast())).hasSize(1);
        assertThat(pipeline.deadLettersOf(nothing)).isEmpty();
        assertThat(counted("mindful.projection.dead.letters")).isGreaterThanOrEqualTo(poisons.size() + 1);
    }

    @Test
    void deadLettersUndecryptableRecordsButSkipsErasedUsers() throws Exception {
        UserCipher user = pipeline.newUser();
        UserCipher other = pipeline.newUser();
        UUID erased = pipeline.newErasedUser();
        byte[] swapped = pipeline.bytes(
                Topics.SESSIONS,
                other.userId(),
                SampleEvents.sessionEvent(UUID.randomUUID(), SessionEventKind.STARTED, NINE));
        RecordMetadata undecryptable =
                pipeline.publishRaw(Topics.SESSIONS.name(), Pipeline.key(user.userId()), swapped);
        RecordMetadata silenced = pipeline.publish(
                Topics.SESSIONS, erased, SampleEvents.sessionEvent(UUID.randomUUID(), SessionEventKind.STARTED, NINE));
        RecordMetadata alsoSilenced = pipeline.publish(
                Topics.FLOW_STATES,
                erased,
                SampleEvents.flowState(UUID.randomUUID(), 1, SessionStatus.ACTIVE, NINE, 10));
        RecordMetadata erasure = pipeline.publishErasure(erased);
        publishSomeOfEverything(user, UUID.randomUUID());
        pipeline.start();
        pipeline.awaitApplied();

        assertThat(pipeline.database.projects()).containsValue("mindful").hasSize(1);
        assertThat(pipeline.deadLettersOf(undecryptable)).hasSize(1);
        assertThat(pipeline.deadLettersOf(silenced)).isEmpty();
        assertThat(pipeline.deadLettersOf(alsoSilenced)).isEmpty();
        assertThat(pipeline.deadLettersOf(erasure)).isEmpty();
        assertThat(counted("mindful.projection.erased")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void isolatesRecordThatDatabaseRejects() throws Exception {
        pipeline.database.execute("ALTER TABLE readmodel.user_zones ADD CHECK (time_zone <> 'Asia/Kabul')");
        List<UUID> users = new ArrayList<>();
        List<RecordMetadata> sent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            UUID user = pipeline.newUser().userId();
            users.add(user);
            sent.add(pipeline.publish(
                    Topics.ACCOUNTS,
                    user,
                    SampleEvents.zone(AccountEventKind.REGISTERED, i == 23 ? "Asia/Kabul" : "Asia/Tokyo")));
        }
        pipeline.start();
        pipeline.awaitApplied();
        assertThat(pipeline.deadLettersOf(sent.get(23)))
                .singleElement()
                .satisfies(letter -> assertThat(letter.getReason()).contains("23514"));
        assertThat(pipeline.database.number("SELECT count(*) FROM readmodel.user_zones WHERE user_id = ANY ('{"
                        + String.join(",", users.stream().map(UUID::toString).toList()) + "}')"))
                .isEqualTo(39);
    }

    @Test
    void appliesUserWritesWhileStreamIsStuck() throws Exception {
        UserCipher user = pipeline.newUser();
        pipeline.publish(Topics.FLOW_MINUTES, user.userId(), SampleEvents.minute(NINE, 1, 10));
        pipeline.start();
        pipeline.awaitApplied();
        UUID session = UUID.randomUUID();
        try (Connection stuck = pipeline.database.source().getConnection()) {
            stuck.setAutoCommit(false);
            stuck.createStatement()
                    .execute("SELECT * FROM readmodel.projection_offsets WHERE topic LIKE 'flow-%' FOR UPDATE");
            pipeline.publish(Topics.FLOW_MINUTES, user.userId(), SampleEvents.minute(NINE.plusSeconds(60), 1, 20));
            Eventually.holds(
                    "the stream's transaction waits",
                    () -> pipeline.database.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
            pipeline.publish(
                    Topics.SESSIONS, user.userId(), SampleEvents.sessionEvent(session, SessionEventKind.STARTED, NINE));
            pipeline.publish(
                    Topics.ACCOUNTS, user.userId(), SampleEvents.zone(AccountEventKind.SETTINGS_CHANGED, "Asia/Tokyo"));
            Eventually.holds(
                    "both are visible",
                    () -> pipeline.database.number("SELECT count(*) FROM readmodel.coding_sessions") == 1
                            && "Asia/Tokyo"
                                    .equals(pipeline.database.value("SELECT max(time_zone) FROM"
                                            + " readmodel.user_zones WHERE user_id = '" + user.userId() + "'")));
            assertThat(pipeline.database.number("SELECT sum(keystrokes) FROM readmodel.flow_minutes"))
                    .isEqualTo(10);
            stuck.rollback();
        }
        pipeline.awaitApplied();
        assertThat(pipeline.database.number("SELECT sum(keystrokes) FROM readmodel.daily_summaries"))
                .isEqualTo(30);
    }

    private void publishSomeOfEverything(UserCipher user, UUID session) throws Exception {
        UUID userId = user.userId();
        Instant late = Instant.parse("2026-03-02T23:30:00Z");
        pipeline.publish(Topics.ACCOUNTS, userId, SampleEvents.zone(AccountEventKind.REGISTERED, "Europe/Berlin"));
        pipeline.publish(
                Topics.SESSIONS,
                userId,
                SampleEvents.with(
                        SampleEvents.sessionEvent(session, SessionEventKind.STARTED, late), user, "mindful", "java"));
        pipeline.publish(
                Topics.FLOW_STATES,
                userId,
                SampleEvents.flowState(session, 1, SessionStatus.ACTIVE, late.plusSeconds(30), 60));
        pipeline.publish(
                Topics.FLOW_STATES,
                userId,
                SampleEvents.flowState(session, 2, SessionStatus.ACTIVE, late.plusSeconds(60), 120));
        pipeline.publish(Topics.FLOW_MINUTES, userId, SampleEvents.minute(late, 1, 60));
        pipeline.publish(Topics.FLOW_MINUTES, userId, SampleEvents.minute(late, 2, 120));
        pipeline.publish(Topics.FLOW_PERIODS, userId, SampleEvents.period(session, late, null, 1, 10));
        pipeline.publish(Topics.FLOW_PERIODS, userId, SampleEvents.period(session, late, late.plusSeconds(50), 2, 80));
    }

    private double counted(String meter) {
        return pipeline.meters.find(meter).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
