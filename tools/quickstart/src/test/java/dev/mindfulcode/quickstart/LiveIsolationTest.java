package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(600)
class LiveIsolationTest {

    private static final String FLOW_STATE = "flow_state_update";

    @Test
    void deliversFlowStatesToTheirUserOnly() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser first = TestUser.register(system.origin());
        TestUser second = TestUser.register(system.origin());
        TestUser silent = TestUser.register(system.origin());
        UUID firstSession = first.startSession();
        UUID secondSession = second.startSession();
        try (LiveSocket firstSocket = new LiveSocket(first, system.origin());
                LiveSocket secondSocket = new LiveSocket(second, system.origin());
                LiveSocket silentSocket = new LiveSocket(silent, system.origin())) {
            for (int sequence = 0; sequence < 5; sequence++) {
                first.type(firstSession, sequence, 20);
                second.type(secondSession, sequence, 20);
            }

            Eventually.holds(
                    "both see a flow state",
                    () -> !firstSocket.received(FLOW_STATE).isEmpty()
                            && !secondSocket.received(FLOW_STATE).isEmpty());
            // Messages arrive in order: once the pong is back, any leaked message has arrived.
            silentSocket.send("{\"type\":\"ping\"}");
            Eventually.holds("a pong", () -> !silentSocket.received("pong").isEmpty());

            assertThat(firstSocket.received(FLOW_STATE)).allSatisfy(state -> assertOf(firstSession, state));
            assertThat(secondSocket.received(FLOW_STATE)).allSatisfy(state -> assertOf(secondSession, state));
            assertThat(silentSocket.received(FLOW_STATE)).isEmpty();
        }
    }

    private static void assertOf(UUID session, JsonNode message) {
        assertThat(message.path("session_id").asString("")).isEqualTo(session.toString());
        JsonNode state = message.path("flow_state");
        assertThat(state.path("is_in_flow").isBoolean()).isTrue();
        assertThat(state.path("flow_intensity").asDouble(-1)).isBetween(0.0, 1.0);
        assertThat(state.path("confidence").asDouble(-1)).isBetween(0.0, 1.0);
    }
}
