package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Writes a reproducible stream of events of several users and computes the expected read model. Not thread-safe. */
final class EventStreamModel {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    private record Typist(UserCipher cipher, UUID session) {}

    private final Pipeline pipeline;
    private final Random random;
    private final List<Typist> typists = new ArrayList<>();
    private final Map<String, Long> minutes = new HashMap<>();
    private final Map<UUID, Long> keystrokes = new HashMap<>();
    private final Map<UUID, String> projects = new HashMap<>();
    private long version;

    EventStreamModel(Pipeline pipeline, int users, long seed) {
        this.pipeline = pipeline;
        random = new Random(seed);
        for (int i = 0; i < users; i++) {
            UserCipher user = pipeline.newUser();
            UUID session = UUID.randomUUID();
            typists.add(new Typist(user, session));
            pipeline.send(
                    Topics.ACCOUNTS,
                    user.userId(),
                    SampleEvents.zone(AccountEventKind.REGISTERED, i % 2 == 0 ? "Asia/Tokyo" : "Europe/Berlin"));
            pipeline.send(
                    Topics.SESSIONS, user.userId(), SampleEvents.sessionEvent(session, SessionEventKind.STARTED, NINE));
        }
    }

    /** Writes events; the broker may not have them yet. */
    void write(int events) {
        for (int i = 0; i < events; i++) {
            Typist typist = typists.get(random.nextInt(typists.size()));
            UserCipher user = typist.cipher();
            UUID userId = user.userId();
            UUID session = typist.session();
            version++;
            int count = random.nextInt(500);
            switch (random.nextInt(8)) {
                case 0 -> {
                    String project = "p" + version;
                    projects.put(session, project);
                    pipeline.send(
                            Topics.SESSIONS,
                            userId,
                            SampleEvents.with(
                                    SampleEvents.sessionEvent(session, SessionEventKind.UPDATED, NINE),
                                    user,
                                    project,
                                    null));
                }
                case 1, 2 -> {
                    keystrokes.put(session, (long) count);
                    pipeline.send(
                            Topics.FLOW_STATES,
                            userId,
                            SampleEvents.flowState(
                                    session, version, SessionStatus.ACTIVE, NINE.plusMillis(version), count));
                }
                default -> {
                    Instant minute = NINE.plusSeconds(60L * random.nextInt(3_000));
                    minutes.put(userId + " " + minute, (long) count);
                    pipeline.send(Topics.FLOW_MINUTES, userId, SampleEvents.minute(minute, version, count));
                }
            }
        }
    }

    /** Deletes the session of a typist, who continues in another. */
    void deleteOne() {
        int which = random.nextInt(typists.size());
        Typist typist = typists.get(which);
        pipeline.send(
                Topics.SESSIONS,
                typist.cipher().userId(),
                SampleEvents.sessionEvent(typist.session(), SessionEventKind.DELETED, NINE));
        typists.set(which, new Typist(typist.cipher(), UUID.randomUUID()));
    }

    /** Waits until all is applied, then compares. */
    void meet() throws Exception {
        pipeline.flush();
        pipeline.awaitApplied();
        long expected = minutes.values().stream().mapToLong(Long::longValue).sum();
        assertThat(pipeline.database.number("SELECT count(*) FROM readmodel.flow_minutes"))
                .isEqualTo(minutes.size());
        assertThat(pipeline.database.number("SELECT sum(keystrokes) FROM readmodel.flow_minutes"))
                .isEqualTo(expected);
        assertThat(pipeline.database.rows("SELECT * FROM readmodel.daily_summaries ORDER BY user_id, day"))
                .as("days are the sums of their minutes")
                .isEqualTo(pipeline.database.rows("""
                        SELECT user_id, (minute AT TIME ZONE time_zone)::date AS day, sum(keystrokes), sum(errors),
                               sum(context_switches), sum(active_ms), sum(flow_ms),
                               sum(round(intensity_ms * 1024) / 1024), max(version)
                        FROM readmodel.flow_minutes JOIN readmodel.user_zones USING (user_id)
                        GROUP BY 1, 2 ORDER BY 1, 2
                        """));
        assertThat(pipeline.database.number("SELECT sum(keystrokes) FROM readmodel.coding_sessions"))
                .isEqualTo(
                        keystrokes.values().stream().mapToLong(Long::longValue).sum());
        assertThat(pipeline.database.projects()).isEqualTo(projects);
    }
}
