package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.protection.PostgresUrl;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeamCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void anOperatorPutsATeamOnAPlanAndItsMembersSeeIt() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser ada = TestUser.register(system.origin());
        String team = TestUser.JSON
                .readTree(ada.post("/api/teams", "{\"name\": \"compilers\"}").body())
                .get("team_id")
                .asString();
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        Files.writeString(
                data.secretsFile(),
                "POSTGRES_PASSWORD=" + PostgresUrl.parse(system.databaseUrl()).password());
        try (DataFolder.Lock lock = data.lock()) {
            lock.announce(
                    system.origin().toString(),
                    new DataFolder.Log(system.bootstrapServers(), system.registryUrl()),
                    system.databaseUrl());

            assertThat(plan(ada, team)).isEqualTo("free");
            assertThat(run(data, team, "premium")).as(err.toString()).isZero();
            assertThat(plan(ada, team)).isEqualTo("premium");
            assertThat(run(data, team, "free")).isZero();
            assertThat(plan(ada, team)).isEqualTo("free");

            assertThat(run(data, UUID.randomUUID().toString(), "premium")).isEqualTo(1);
            assertThat(err.toString()).contains("There is no team");
            assertThat(run(data, team, "gold")).isEqualTo(2);
            assertThat(run(data, "compilers", "premium")).isEqualTo(2);
        }
        assertThat(run(data, team, "premium")).isEqualTo(1);
        assertThat(err.toString()).contains("Nothing runs on");
    }

    private static String plan(TestUser user, String team) throws Exception {
        return TestUser.JSON
                .readTree(user.get("/api/teams/" + team).body())
                .get("plan")
                .asString();
    }

    private int run(DataFolder data, String... arguments) {
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("team", "plan"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", data.path().toString()));
        return Mindful.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
