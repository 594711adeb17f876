package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the public API: the data folder knows neither Kafka nor Postgres. */
class BenchApiTest {

    private final SharedSystem system = SharedSystem.get();
    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void loadsSessionsAndMeasuresReadsAndRebuilds() throws Exception {
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            bench(data, "load-sessions", "--sessions", "800", "--days", "1");
            int records = 3 * 800 + 2 * (2 + 240);
            assertThat(terminal.out()).contains(String.format("%,d records imported, the others", records));
            bench(data, "load-sessions", "--sessions", "800", "--days", "1");
            assertThat(terminal.out()).contains("0 records imported, the others");

            bench(data, "api", "--rate", "20", "--seconds", "1", "--warmup", "1");
            assertThat(terminal.out())
                    .contains("GET /api/sessions/history", "POST /api/flow/detect", "the floor", "p99", "n     20");
            bench(data, "rebuild");
            assertThat(terminal.out())
                    .contains("coding_sessions: ", "flow_minutes: ", "identical")
                    .doesNotContain("NOT identical");
            bench(data, "load-sessions", "--remove");
            assertThat(terminal.out()).contains("8 accounts erased");
        }
    }

    private void bench(DataFolder data, String name, String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "bench";
        arguments[1] = name;
        System.arraycopy(options, 0, arguments, 2, options.length);
        assertThat(terminal.run(data, arguments))
                .as(() -> terminal.out() + terminal.err())
                .isZero();
    }
}
