package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchApiTest {

    private final SharedSystem system = SharedSystem.get();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void loadsReadsAndRemovesGeneratedSessions() {
        try (DataFolder.Lock lock = system.folder().lock()) {
            lock.announce(system.origin().toString(), system.bootstrapServers(), system.databaseUrl());

            assertThat(run("load-sessions", "--sessions", "3000", "--users", "30"))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).contains("3,000 sessions of 30 users written, 0 of before removed");
            assertThat(run("api", "--rate", "20", "--seconds", "1", "--warmup", "1"))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString())
                    .contains("GET /api/sessions/history", "POST /api/flow/detect", "the floor", "p99", "n     20");
            assertThat(run("load-sessions", "--remove")).as(err.toString()).isZero();
            assertThat(out.toString()).contains("3,000 sessions removed");
        }
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", system.folder().path().toString()));
        out.getBuffer().setLength(0);
        return Mindful.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(new String[0]));
    }
}
