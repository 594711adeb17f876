package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.engine.FlowModel;
import dev.mindfulcode.engine.ModelArtefact;
import dev.mindfulcode.engine.Thresholds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void aModelIsPublishedListedUsedAndLetGo() throws Exception {
        SharedSystem system = SharedSystem.get();
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        Path file = write("command-test-1", 0);
        try (DataFolder.Lock lock = data.lock()) {
            lock.announce(
                    system.origin().toString(),
                    new DataFolder.Log(system.bootstrapServers(), system.registryUrl()),
                    "postgresql://nobody@127.0.0.1:9/none");

            assertThat(run(data, "publish", file.toString(), "--auroc", "0.6", "--ece", "0.02", "--evaluated-on", "x"))
                    .as(err.toString())
                    .isZero();
            assertThat(run(data, "list")).isZero();
            assertThat(out.toString()).contains("* built-in", "  command-test-1", "AUROC 0.600, ECE 0.020 on x");
            try {
                assertThat(run(data, "use", "command-test-1")).isZero();
                assertThat(run(data, "list")).isZero();
                assertThat(out.toString()).contains("* command-test-1", "  built-in");
            } finally {
                assertThat(run(data, "use", "built-in")).isZero();
            }
            assertThat(run(data, "list")).isZero();
            assertThat(out.toString()).contains("* built-in");

            assertThat(run(data, "publish", write("command-test-1", 1).toString()))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("an id names one model for ever");
            assertThat(run(data, "use", "nobody-1")).isEqualTo(1);
            assertThat(err.toString()).contains("model list");
        }
    }

    @Test
    void whatIsNoModelAndWhereNothingRunsIsSaid() throws Exception {
        DataFolder data = DataFolder.at(folder.resolve("idle"));
        data.create();
        assertThat(run(data, "publish", write("some-1", 0).toString())).isEqualTo(1);
        assertThat(err.toString()).contains("Nothing runs on");
        assertThat(run(data, "list")).isEqualTo(1);
        assertThat(run(data, "publish", folder.resolve("nothing.mflm").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("./mindful train");
        Path junk = Files.writeString(folder.resolve("junk.mflm"), "no model at all, but long enough");
        assertThat(run(data, "publish", junk.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no model of this engine");
        assertThat(run(data, "publish", write("active", 0).toString())).isEqualTo(1);
        assertThat(err.toString()).contains("No model may be called active");
    }

    private Path write(String id, float bias) throws Exception {
        FlowModel model = ModelArtefact.logistic(
                id,
                new float[5],
                new float[] {1, 1, 1, 1, 1},
                new float[] {0, 0, 0, 0, 0, bias},
                1,
                new Thresholds(0.6f, 0.4f, 0.1f));
        return Files.write(folder.resolve(id + "-" + bias + ".mflm"), ModelArtefact.encode(model));
    }

    private int run(DataFolder data, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("model"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", data.path().toString()));
        return Mindful.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
