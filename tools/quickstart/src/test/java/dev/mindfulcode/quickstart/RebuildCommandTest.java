package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RebuildCommandTest {

    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void listsRebuildsGoesBackAndDrops() throws Exception {
        SharedSystem system = SharedSystem.get();
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);
            int before = inUse(data);

            assertThat(terminal.run(data, "rebuild", "flow_periods", "--share", "100"))
                    .as(terminal.err())
                    .isZero();
            assertThat(terminal.out()).contains("is in use").contains("identical to the one before");
            assertThat(inUse(data)).isGreaterThan(before);
            Eventually.holds(
                    "a finished rebuild has no lag",
                    () -> Requests.get(system.origin(), "/metrics")
                            .body()
                            .lines()
                            .filter(line -> line.startsWith("mindful_projection_"))
                            .filter(line -> line.contains("lag") || line.contains("commit_age"))
                            .noneMatch(line -> line.contains("loop=\"rebuild\"")));

            assertThat(terminal.run(data, "projections")).isZero();
            assertThat(terminal.out()
                            .lines()
                            .filter(line -> line.contains(" flow_periods "))
                            // What an earlier rebuild of this JVM's tests retained until now.
                            .filter(line -> !line.contains(" dropping ")))
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("* ") && line.contains("in use"))
                    .anyMatch(line -> line.contains("retained"));

            assertThat(terminal.run(data, "rebuild", "flow_periods", "--back"))
                    .as(terminal.err())
                    .isZero();
            assertThat(inUse(data)).isEqualTo(before);
            assertThat(terminal.run(data, "rebuild", "flow_periods", "--drop")).isZero();
            assertThat(terminal.run(data, "rebuild", "flow_periods", "--force"))
                    .as("nothing was refused")
                    .isEqualTo(1);

            assertThat(terminal.run(data, "rebuild", "nothing")).isEqualTo(1);
            assertThat(terminal.err()).contains("There is no projection nothing, only coding_sessions");
            assertThat(terminal.run(data, "rebuild", "flow_periods", "--back", "--force"))
                    .isEqualTo(2);
        }
        assertThat(terminal.run(data, "projections")).isEqualTo(1);
        assertThat(terminal.err()).contains("Nothing runs on");
    }

    private int inUse(DataFolder data) {
        assertThat(terminal.run(data, "projections", "--json"))
                .as(terminal.err())
                .isZero();
        for (JsonNode build : TestUser.JSON.readTree(terminal.out())) {
            if (build.path("projection").asString().equals("flow_periods")
                    && build.path("state").asString().equals("in_use")) {
                return build.path("build").asInt();
            }
        }
        throw new AssertionError(terminal.out());
    }
}
