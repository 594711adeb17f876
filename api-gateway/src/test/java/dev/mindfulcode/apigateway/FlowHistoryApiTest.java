package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class FlowHistoryApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final Instant noon = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1));

    @Test
    void returnsMinutesOfTheUserAndRange() {
        FlowMinute withoutReading = FlowMinute.newBuilder(minute(4))
                .setSessionId(UUID.randomUUID())
                .setReason(null)
                .setActiveMs(0)
                .setFlowMs(0)
                .build();
        FlowMinute inFlow = FlowMinute.newBuilder(minute(3))
                .setSessionId(UUID.randomUUID())
                .setReason(null)
                .build();
        // Two minutes have two sessions. The first minute comes last: once it is returned, all are.
        try (TestKafka log = gateway.log()) {
            for (FlowMinute minute :
                    List.of(withoutReading, inFlow, minute(4), minute(3), minute(2), minute(1), minute(0))) {
                log.append(Topics.FLOW_MINUTES.name(), ada.id(), log.seal(Topics.FLOW_MINUTES, ada.id(), minute));
            }
        }
        Answer minutes = answerWith("/api/flow/minutes?from=" + noon, "minutes", 5);
        assertThat(minutes.json().at("/minutes/3/reason").isNull())
                .as("in flow in another session")
                .isTrue();
        assertThat(minutes.json().at("/minutes/4/reason").asString()).isEqualTo("struggling");
        JsonNode first = minutes.json().path("minutes").get(0);
        assertThat(Instant.parse(first.path("minute").asString())).isEqualTo(noon);
        assertThat(first.path("keystrokes").asInt()).isEqualTo(100);
        assertThat(first.path("errors").asInt()).isEqualTo(5);
        assertThat(first.path("context_switches").asInt()).isEqualTo(2);
        assertThat(first.path("active_seconds").asDouble()).isEqualTo(30);
        assertThat(first.path("flow_seconds").asDouble()).isEqualTo(10);
        assertThat(first.path("mean_intensity").floatValue()).isEqualTo(0.5f);
        assertThat(first.path("reason").asString()).isEqualTo("struggling");
        String span = "/api/flow/minutes?from=" + noon.plusSeconds(60) + "&to=" + noon.plusSeconds(120);
        assertThat(api.get(span, ada.token()).json().path("minutes").size()).isEqualTo(1);
        assertThat(api.get("/api/flow/minutes", gateway.user().token())
                        .json()
                        .path("minutes")
                        .size())
                .isZero();
    }

    @Test
    void returnsPeriodsThatOverlapTheRange() {
        UUID session = UUID.randomUUID();
        try (TestKafka log = gateway.log()) {
            FlowPeriod closed = period(session, noon, 1);
            closed.setEndedAt(noon.plusSeconds(600));
            closed.setEndedBy(Interruption.CONTEXT_SWITCH);
            log.append(Topics.FLOW_PERIODS.name(), ada.id(), log.seal(Topics.FLOW_PERIODS, ada.id(), closed));
            FlowPeriod open = period(session, noon.plusSeconds(900), 2);
            log.append(Topics.FLOW_PERIODS.name(), ada.id(), log.seal(Topics.FLOW_PERIODS, ada.id(), open));
        }
        Answer periods = answerWith("/api/flow/periods?from=" + noon.plusSeconds(300), "periods", 2);
        JsonNode first = periods.json().path("periods").get(0);
        assertThat(first.path("session_id").asString()).isEqualTo(session.toString());
        assertThat(first.path("ended_by").asString()).isEqualTo("context_switch");
        assertThat(first.path("mean_intensity").floatValue()).isEqualTo(0.75f);
        JsonNode second = periods.json().path("periods").get(1);
        assertThat(second.get("ended_at").isNull()).isTrue();
        assertThat(second.get("ended_by").isNull()).isTrue();
        String later = "/api/flow/periods?from=" + noon.plusSeconds(700);
        assertThat(api.get(later, ada.token()).json().path("periods").size()).isEqualTo(1);
        assertThat(api.get("/api/flow/periods", gateway.user().token())
                        .json()
                        .path("periods")
                        .size())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/flow/minutes?from=2026-01-01T00:00:00Z&to=2026-01-09T00:00:00Z, from",
        "/api/flow/periods?from=2026-01-01T00:00:00Z&to=2026-03-09T00:00:00Z, from",
        "/api/flow/minutes?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z, from",
        "/api/flow/minutes?from=now, from",
        "/api/flow/periods?to=1, to"
    })
    void rejectsInvalidRanges(String path, String parameter) {
        api.get(path, ada.token()).isProblem(400, "invalid-request").withField(parameter);
    }

    private Answer answerWith(String path, String list, int count) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Answer answer = api.get(path, ada.token());
        while (answer.json().path(list).size() < count) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("in time, but " + answer)
                    .isNegative();
            answer = api.get(path, ada.token());
        }
        return answer;
    }

    private FlowMinute minute(int number) {
        return FlowMinute.newBuilder()
                .setMinute(noon.plusSeconds(60L * number))
                .setVersion(1)
                .setKeystrokes(100)
                .setErrors(5)
                .setContextSwitches(2)
                .setActiveMs(30_000)
                .setFlowMs(10_000)
                .setReason("struggling")
                .setIntensityMs(15_000)
                .build();
    }

    private static FlowPeriod period(UUID session, Instant startedAt, long version) {
        return FlowPeriod.newBuilder()
                .setSessionId(session)
                .setStartedAt(startedAt)
                .setVersion(version)
                .setMeanIntensity(0.75f)
                .setKeystrokes(500)
                .build();
    }
}
