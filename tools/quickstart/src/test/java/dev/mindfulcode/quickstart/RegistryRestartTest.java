package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The schema registry is a process of its own, which may end before the system does. */
@Timeout(600)
class RegistryRestartTest {

    private final SharedSystem system = SharedSystem.get();

    @Test
    void restartsADeadRegistryAndReportsItInHealth() throws Exception {
        TestUser user = TestUser.register(system.origin());
        assertThat(health(user).at("/registry/status").asString()).isEqualTo("healthy");

        registry().destroyForcibly();

        Eventually.holds(
                "health knows of the end",
                () -> health(user).at("/registry/status").asString().equals("unreachable"));
        assertThat(user.get("/health").statusCode())
                .as("what schemas are known for is still served")
                .isEqualTo(200);
        assertThat(health(user).path("status").asString()).isEqualTo("degraded");
        Eventually.holds(
                "it is back", () -> health(user).path("status").asString().equals("ok"));
        assertThat(registry().isAlive()).isTrue();
    }

    private static JsonNode health(TestUser user) throws Exception {
        return TestUser.JSON.readTree(user.get("/health").body());
    }

    private static ProcessHandle registry() {
        List<ProcessHandle> found = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("RegistryProcess"))
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
