package dev.mindfulcode.apigateway.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.apigateway.FlowStates;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.projectionservice.Projections;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Tests when and how often users are prompted for ratings. */
class PromptsTest {

    private final PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
    private final UUID ada = UUID.randomUUID();
    private Instant now = Instant.parse("2026-03-02T09:00:00Z");
    private Database database;
    private Prompts prompts;

    @BeforeEach
    void start() {
        GatewaySchema.migrate(url.dataSource());
        ReadModel.migrate(url.dataSource(), Projections.ALL);
        database = new Database(url, 8);
        prompts = new Prompts(database, () -> now, new Random(7));
        database.sql("insert into identity.users (user_id, password_hash, time_zone, created_at)"
                        + " values (:user, 'no hash', 'Pacific/Auckland', now())")
                .bind("user", ada)
                .fetch()
                .rowsUpdated()
                .block();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void promptsOnlyAfterOptIn() {
        assertThat(prompts.perDay(ada).block()).isZero();
        assertThat(prompted(afterWork())).isFalse();
        choose(3);
        assertThat(prompted(afterWork())).isTrue();
        choose(0);
        now = now.plus(Duration.ofDays(2));
        assertThat(prompted(afterWork())).isFalse();
    }

    @Test
    void neverPromptsInFlowOrAfterLittleWork() {
        choose(3);
        assertThat(prompted(state(Prompts.WORK_MIN, true))).isFalse();
        assertThat(prompted(state(Prompts.WORK_MIN.minusMillis(1), false))).isFalse();
        assertThat(prompted(afterWork())).isTrue();
    }

    @Test
    void promptsOncePerBreakAndNotForOldWork() {
        choose(6);
        FlowState paused = state(Prompts.WORK_MIN, false);
        assertThat(prompted(paused)).isTrue();
        now = now.plus(Prompts.MOMENT_AGO_MAX);
        assertThat(prompted(paused)).as("paused, and later ended").isFalse();
        FlowState uploaded = at(now.minus(Duration.ofHours(20)), paused);
        assertThat(prompted(uploaded)).as("typed offline, yesterday").isFalse();
        assertThat(prompted(state(Prompts.WORK_MIN, false))).isTrue();
    }

    @Test
    void spacesPromptsAndCountsThemByLocalDay() {
        now = Instant.parse("2026-03-02T20:00:00Z"); // 9:00 of the next day in Auckland
        choose(2);
        assertThat(prompted(afterWork())).isTrue();
        now = now.plus(Duration.ofMinutes(44));
        assertThat(prompted(afterWork())).as("too soon").isFalse();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(prompted(afterWork())).isTrue();
        now = Instant.parse("2026-03-03T10:59:00Z");
        assertThat(prompted(afterWork())).as("a third, at 23:59 in Auckland").isFalse();
        now = Instant.parse("2026-03-03T11:00:00Z");
        assertThat(prompted(afterWork())).as("the next day there").isTrue();
    }

    @Test
    void limitHoldsAcrossGateways() {
        choose(6);
        long shown = Flux.range(0, 40)
                .flatMap(_ -> prompts.momentToRate(ada, afterWork()), 40)
                .count()
                .blockOptional()
                .orElseThrow();
        assertThat(shown).isEqualTo(1);
    }

    @Test
    void samplesTheEndOrARandomMinuteAndStoresTheProbability() {
        choose(6);
        Instant about =
                Objects.requireNonNull(prompts.momentToRate(ada, afterWork()).block());
        assertThat(about).isBetween(now.minus(Prompts.MOMENT_AGO_MAX), now);
        assertThat(prompts.probabilityOf(ada, about).block()).isBetween(0.01, 1.0);
        assertThat(prompts.probabilityOf(ada, about.plusMillis(1)).block()).isNull();

        Random random = new Random(3);
        Map<Long, Integer> counts = new TreeMap<>();
        Map<Long, Double> probabilities = new TreeMap<>();
        Instant from = now.minus(Duration.ofMinutes(20));
        for (int i = 0; i < 20_000; i++) {
            Prompts.Moment moment = Prompts.Moment.of(from, now, random);
            long before = Duration.between(moment.about(), now).toMinutes();
            counts.merge(before, 1, Integer::sum);
            probabilities.put(before, moment.probability());
        }
        assertThat(counts.keySet())
                .hasSize(20)
                .allSatisfy(before -> assertThat(before).isBetween(0L, 19L));
        counts.forEach((before, count) ->
                assertThat(count / 20_000.0).isCloseTo(probabilities.getOrDefault(before, 0.0), within(0.01)));
        assertThat(Prompts.Moment.of(now, now, random)).isEqualTo(new Prompts.Moment(now, 1));
    }

    /** The stream has the readings of an hour, and answers take a while. */
    @Test
    void momentsAreNeverOlderThanTheReadingsWillBe() {
        choose(6);
        Duration session = Duration.ofHours(3);
        for (Instant minute = now.minus(session); minute.isBefore(now); minute = minute.plus(Duration.ofMinutes(1))) {
            active(minute);
        }
        FlowState late = session(session, at(now.minus(Duration.ofMinutes(30)), afterWork()));
        Map<Long, Double> probabilities = moments(late);
        assertThat(probabilities.keySet())
                .hasSize(15)
                .allSatisfy(ago -> assertThat(ago).isBetween(30L, 44L));
        assertThat(probabilities.get(40L)).isEqualTo(0.5 / 15);
    }

    @Test
    void momentsAreNotInAPause() {
        choose(6);
        for (int ago = 40; ago >= 10; ago--) {
            if (ago > 30 || ago <= 20) {
                active(now.minus(Duration.ofMinutes(ago)));
            }
        }
        FlowState resumed = session(Duration.ofHours(3), at(now.minus(Duration.ofMinutes(10)), afterWork()));
        assertThat(moments(resumed).keySet())
                .hasSize(10)
                .allSatisfy(ago -> assertThat(ago).isBetween(10L, 19L));
    }

    /** Draws often enough to meet every minute. */
    private Map<Long, Double> moments(FlowState state) {
        Map<Long, Double> probabilities = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            database.sql("update gateway.feedback_prompts"
                            + " set prompted_at = null, prompted_about = null, prompt_count = 0")
                    .fetch()
                    .rowsUpdated()
                    .block();
            Instant about =
                    Objects.requireNonNull(prompts.momentToRate(ada, state).block());
            probabilities.put(
                    Duration.between(about, now).toMinutes(),
                    Objects.requireNonNull(prompts.probabilityOf(ada, about).block()));
        }
        return probabilities;
    }

    private void active(Instant minute) {
        database.sql("insert into readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches,"
                        + " active_seconds, flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms, version)"
                        + " values (:user, :minute, 100, 5, 0, 50, 0, 0.5, 25000, 50000, 0, 1)")
                .bind("user", ada)
                .bind("minute", minute)
                .fetch()
                .rowsUpdated()
                .block();
    }

    private static FlowState session(Duration length, FlowState state) {
        return FlowState.newBuilder(state)
                .setFirstActivityAt(state.getLastActivityAt().minus(length))
                .build();
    }

    private boolean prompted(FlowState state) {
        return prompts.momentToRate(ada, state).block() != null;
    }

    private void choose(int perDay) {
        prompts.choose(ada, perDay).block();
        assertThat(prompts.perDay(ada).block()).isEqualTo(perDay);
    }

    private FlowState afterWork() {
        return state(Prompts.WORK_MIN, false);
    }

    private static FlowState at(Instant lastActivity, FlowState state) {
        return FlowState.newBuilder(state).setLastActivityAt(lastActivity).build();
    }

    private FlowState state(Duration active, boolean inFlow) {
        return at(
                now,
                FlowState.newBuilder(FlowStates.state(UUID.randomUUID(), 1, SessionStatus.PAUSED))
                        .setActiveMs(active.toMillis())
                        .setIsInFlow(inFlow)
                        .build());
    }
}
