package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeamCommandTest {

    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void setsThePlanThatMembersSee() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser ada = TestUser.register(system.origin());
        String team = TestUser.JSON
                .readTree(ada.post("/api/teams", "{\"name\": \"compilers\"}").body())
                .get("team_id")
                .asString();
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(plan(ada, team)).isEqualTo("free");
            assertThat(terminal.run(data, "team", "plan", team, "premium"))
                    .as(terminal.err())
                    .isZero();
            assertThat(plan(ada, team)).isEqualTo("premium");
            assertThat(terminal.run(data, "team", "plan", team, "free")).isZero();
            assertThat(plan(ada, team)).isEqualTo("free");

            assertThat(terminal.run(data, "team", "plan", UUID.randomUUID().toString(), "premium"))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("There is no team");
            assertThat(terminal.run(data, "team", "plan", team, "gold")).isEqualTo(2);
            assertThat(terminal.run(data, "team", "plan", "compilers", "premium"))
                    .isEqualTo(2);
        }
        assertThat(terminal.run(data, "team", "plan", team, "premium")).isEqualTo(1);
        assertThat(terminal.err()).contains("Nothing runs on");
    }

    private static String plan(TestUser user, String team) throws Exception {
        return TestUser.JSON
                .readTree(user.get("/api/teams/" + team).body())
                .get("plan")
                .asString();
    }
}
