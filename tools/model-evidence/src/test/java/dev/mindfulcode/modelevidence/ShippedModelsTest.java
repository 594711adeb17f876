package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.history.WorkHistory;
import dev.mindfulcode.flowengine.history.WorkHistory.Event;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedModelsTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void readTheInputsOfTheirCandidate() {
        for (Candidate candidate : Candidate.values()) {
            FlowModel model = ShippedModels.trained().get(candidate.ordinal());
            assertThat(model.id()).isEqualTo(candidate.id(ShippedModels.VERSION));
            assertThat(model.inputs()).isEqualTo(candidate.inputs);
        }
    }

    @Test
    void ofTheHistoryNeverRiseInSilence() {
        Random random = new Random(8);
        List<FlowModel> models = ShippedModels.trained().stream()
                .filter(model -> model.inputs() == ModelInputs.HISTORY)
                .toList();
        WorkHistory history = new WorkHistory();
        FlowReading reading = new FlowReading();
        long at = 1_700_000_000_000L;
        for (int stretch = 0; stretch < 300; stretch++) {
            at += random.nextInt(10) == 0 ? random.nextInt(40_000_000) : random.nextInt(200_000);
            for (int i = random.nextInt(120); i >= 0; i--) {
                at += random.nextInt(4_000);
                history.event(at, Event.values()[random.nextInt(4)]);
            }
            for (FlowModel model : models) {
                float before = 1;
                for (long silenceMs = 0; silenceMs < 3_600_000; silenceMs += 11_000) {
                    history.read(at + silenceMs, reading.history());
                    float intensity = model.intensity(reading);
                    assertThat(intensity).as(model.id()).isLessThanOrEqualTo(before + 1e-6f);
                    before = intensity;
                }
                assertThat(before).isLessThan(0.4f);
            }
        }
    }

    @Test
    void readEditingTraces() throws IOException {
        StringBuilder rows = new StringBuilder("time_ms,key_class\n");
        long second = 1_700_000_000L;
        for (int i = 0; i < 3_000; i++) {
            second += i % 4 == 3 ? 1 : 0;
            rows.append(second * 1_000)
                    .append(',')
                    .append("LDYSETXCAP".charAt(i % 10))
                    .append('\n');
        }
        Path file = folder.resolve("trace.csv.gz");
        try (var gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
            gzip.write(rows.toString().getBytes(StandardCharsets.UTF_8));
        }

        KeyStream trace = KeyStream.traces(List.of(folder)).getFirst();

        assertThat(trace.atMs()).isSorted().hasSize(3_000).contains(1_700_000_001_250L);
        assertThat(trace.keyClasses()).contains((byte) EngineCodes.DELETE, (byte) EngineCodes.PASTE);
        for (FlowModel model : ShippedModels.all()) {
            KeystrokeStreams.Result result = KeystrokeStreams.read(model, List.of(trace));
            assertThat(result.activeHours()).isBetween(0.2, 0.21);
            assertThat(result.median()).isBetween(result.p5(), result.p95());
            assertThat(result.shareInFlow()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void followPresence() {
        FlowModel network = ShippedModels.trained().get(Candidate.NETWORK_HISTORY.ordinal());
        WorkHistory history = new WorkHistory();
        FlowReading reading = new FlowReading();
        long at = 1_700_000_000_000L;
        history.event(at, Event.EDIT);
        history.read(at, reading.history());
        float glance = network.intensity(reading);
        for (; at < 1_700_000_000_000L + 30 * 60_000; at += 2_000) {
            history.event(at, at % 10_000 == 0 ? Event.ENTER : Event.EDIT);
        }
        history.read(at, reading.history());
        assertThat(network.intensity(reading)).isGreaterThan(glance + 0.2f);
    }
}
