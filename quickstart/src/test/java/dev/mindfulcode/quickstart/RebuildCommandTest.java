package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RebuildCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void anOperatorListsRebuildsGoesBackAndDrops() throws Exception {
        SharedSystem system = SharedSystem.get();
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        Files.writeString(
                data.secretsFile(),
                "OPERATOR_TOKEN=" + system.folder().secrets().orElseThrow().operatorToken());
        try (DataFolder.Lock lock = data.lock()) {
            lock.announce(
                    system.origin().toString(),
                    new DataFolder.Log(system.bootstrapServers(), system.registryUrl()),
                    system.databaseUrl());
            int before = inUse(data);

            assertThat(run(data, "rebuild", "flow_periods", "--share", "100"))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).contains("is in use").contains("identical to the one before");
            assertThat(inUse(data)).isGreaterThan(before);

            assertThat(run(data, "projections")).isZero();
            assertThat(out.toString().lines().filter(line -> line.contains(" flow_periods ")))
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("* ") && line.contains("in use"))
                    .anyMatch(line -> line.contains("kept"));

            assertThat(run(data, "rebuild", "flow_periods", "--back"))
                    .as(err.toString())
                    .isZero();
            assertThat(inUse(data)).isEqualTo(before);
            assertThat(run(data, "rebuild", "flow_periods", "--drop")).isZero();
            assertThat(run(data, "rebuild", "flow_periods", "--force"))
                    .as("nothing was refused")
                    .isEqualTo(1);

            assertThat(run(data, "rebuild", "nothing")).isEqualTo(1);
            assertThat(err.toString()).contains("There is no projection nothing, only coding_sessions");
            assertThat(run(data, "rebuild", "flow_periods", "--back", "--force"))
                    .isEqualTo(2);
        }
        assertThat(run(data, "projections")).isEqualTo(1);
        assertThat(err.toString()).contains("Nothing runs on");
    }

    private int inUse(DataFolder data) {
        assertThat(run(data, "projections", "--json")).as(err.toString()).isZero();
        for (JsonNode build : TestUser.JSON.readTree(out.toString())) {
            if (build.path("projection").asString().equals("flow_periods")
                    && build.path("state").asString().equals("in_use")) {
                return build.path("build").asInt();
            }
        }
        throw new AssertionError(out.toString());
    }

    private int run(DataFolder data, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.path().toString()));
        return Mindful.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
