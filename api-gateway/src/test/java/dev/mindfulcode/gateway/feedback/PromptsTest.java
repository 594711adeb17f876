package dev.mindfulcode.gateway.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.gateway.FlowStates;
import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.database.IdentitySchema;
import dev.mindfulcode.platform.EmbeddedPlatform;
import dev.mindfulcode.protection.PostgresUrl;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Who may be asked, and how often: gently, and never anybody who did not choose it. */
class PromptsTest {

    private static final FlowState AFTER_WORK = state(Prompts.WORK_MIN, false);

    private final PostgresUrl url = PostgresUrl.parse(EmbeddedPlatform.shared().freshDatabase());
    private final SettableClock clock = new SettableClock();
    private final UUID ada = UUID.randomUUID();
    private Database database;
    private Prompts prompts;

    @BeforeEach
    void start() {
        IdentitySchema.migrate(url.dataSource());
        database = new Database(url, 8);
        prompts = new Prompts(database, clock);
        database.sql(
                        "insert into identity.users values (:user, 'ada@example.org', 'no hash', 'Pacific/Auckland', now())")
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
    void nobodyIsAskedWhoDidNotChooseIt() {
        assertThat(prompts.perDay(ada).block()).isZero();
        assertThat(asked(AFTER_WORK)).isFalse();
        choose(3);
        assertThat(asked(AFTER_WORK)).isTrue();
        choose(0);
        clock.forward(Duration.ofDays(2));
        assertThat(asked(AFTER_WORK)).isFalse();
    }

    @Test
    void nobodyIsAskedInFlowOrAfterLittleWork() {
        choose(3);
        assertThat(asked(state(Prompts.WORK_MIN, true))).isFalse();
        assertThat(asked(state(Prompts.WORK_MIN.minusMillis(1), false))).isFalse();
        assertThat(asked(AFTER_WORK)).isTrue();
    }

    @Test
    void promptsAreFarApartAndCountedByTheUsersOwnDay() {
        clock.set("2026-03-02T20:00:00Z"); // 9:00 of the next day in Auckland
        choose(2);
        assertThat(asked(AFTER_WORK)).isTrue();
        clock.forward(Duration.ofMinutes(44));
        assertThat(asked(AFTER_WORK)).as("too soon").isFalse();
        clock.forward(Duration.ofMinutes(1));
        assertThat(asked(AFTER_WORK)).isTrue();
        clock.set("2026-03-03T10:59:00Z");
        assertThat(asked(AFTER_WORK)).as("a third, at 23:59 in Auckland").isFalse();
        clock.set("2026-03-03T11:00:00Z");
        assertThat(asked(AFTER_WORK)).as("the next day there").isTrue();
    }

    @Test
    void severalGatewaysTogetherAskNoMoreThanOne() {
        choose(6);
        long asked = Flux.range(0, 40)
                .flatMap(_ -> prompts.mayAsk(ada, AFTER_WORK), 40)
                .filter(asks -> asks)
                .count()
                .blockOptional()
                .orElseThrow();
        assertThat(asked).isEqualTo(1);
    }

    private boolean asked(FlowState state) {
        return Objects.requireNonNull(prompts.mayAsk(ada, state).block());
    }

    private void choose(int perDay) {
        prompts.choose(ada, perDay).block();
        assertThat(prompts.perDay(ada).block()).isEqualTo(perDay);
    }

    private static FlowState state(Duration active, boolean inFlow) {
        return FlowState.newBuilder(FlowStates.state(UUID.randomUUID(), 1, SessionStatus.PAUSED))
                .setActiveMs(active.toMillis())
                .setIsInFlow(inFlow)
                .build();
    }

    private static final class SettableClock extends Clock {
        private Instant now = Instant.parse("2026-03-02T09:00:00Z");

        void set(String time) {
            now = Instant.parse(time);
        }

        void forward(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
