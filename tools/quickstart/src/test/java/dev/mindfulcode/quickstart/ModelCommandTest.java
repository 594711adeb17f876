package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {

    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void publishesListsAndSwitchesModels() throws Exception {
        SharedSystem system = SharedSystem.get();
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        Path file = write("command-test-1", 0);
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(terminal.run(
                            data,
                            "model",
                            "publish",
                            file.toString(),
                            "--auroc",
                            "0.6",
                            "--ece",
                            "0.02",
                            "--evaluated-on",
                            "x"))
                    .as(terminal.err())
                    .isZero();
            assertThat(terminal.run(data, "model", "list")).isZero();
            assertThat(terminal.out()).contains("* built-in", "  command-test-1", "AUROC 0.600, ECE 0.020 on x");
            try {
                assertThat(terminal.run(data, "model", "use", "command-test-1")).isZero();
                assertThat(terminal.run(data, "model", "list")).isZero();
                assertThat(terminal.out()).contains("* command-test-1", "  built-in");
            } finally {
                assertThat(terminal.run(data, "model", "use", "built-in")).isZero();
            }
            assertThat(terminal.run(data, "model", "list")).isZero();
            assertThat(terminal.out()).contains("* built-in");

            assertThat(terminal.run(
                            data, "model", "publish", write("command-test-1", 1).toString()))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("An id names one model for ever");
            assertThat(terminal.run(data, "model", "use", "nobody-1")).isEqualTo(1);
            assertThat(terminal.err()).contains("model_id: There is no model nobody-1");
            assertThat(terminal.run(data, "model", "evaluate")).isEqualTo(1);
            assertThat(terminal.err()).contains("Fewer than 10 users contribute ratings");
        }
    }

    @Test
    void explainsUnusableFilesAndIds() throws Exception {
        SharedSystem system = SharedSystem.get();
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(terminal.run(
                            data,
                            "model",
                            "publish",
                            folder.resolve("missing.mflm").toString()))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("./mindful train");
            Path junk = Files.writeString(folder.resolve("junk.mflm"), "no model at all, but long enough");
            assertThat(terminal.run(data, "model", "publish", junk.toString())).isEqualTo(1);
            assertThat(terminal.err()).contains("artefact: Not a model of this engine");
            assertThat(terminal.run(data, "model", "publish", write("active", 0).toString()))
                    .isEqualTo(1);
            assertThat(terminal.err()).contains("id is active, which is reserved");
            assertThat(terminal.run(data, "model", "publish", write("some-1", 0).toString(), "--auroc", "0.6"))
                    .isEqualTo(2);
        }
    }

    @Test
    void failsIfNothingRuns() throws Exception {
        DataFolder data = DataFolder.at(folder.resolve("idle"));
        data.create();
        assertThat(terminal.run(data, "model", "publish", write("some-1", 0).toString()))
                .isEqualTo(1);
        assertThat(terminal.err()).contains("Nothing runs on");
        assertThat(terminal.run(data, "model", "list")).isEqualTo(1);
    }

    private Path write(String id, float bias) throws Exception {
        FlowModel model = ModelArtefact.constant(
                ModelInputs.HISTORY, id, bias, new Calibration.Temperature(1), new Thresholds(0.6f, 0.4f, 0.1f));
        return Files.write(folder.resolve(id + "-" + bias + ".mflm"), ModelArtefact.encode(model));
    }
}
