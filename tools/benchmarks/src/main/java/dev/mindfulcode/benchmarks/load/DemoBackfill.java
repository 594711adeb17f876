package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports the {@link DemoHistory} of the demo user once, through the public API. The end of the history is stored in
 * the data folder, so that a run that was stopped continues: what was imported before is skipped. Not thread-safe.
 */
final class DemoBackfill {

    /** Shown on the dashboard: nobody should mistake it for a person. */
    private static final String NAME = "Demo (generated typing)";

    private static final String FILE = "demo-history.txt";
    private static final String COMPLETE = "complete";
    private static final Logger log = LoggerFactory.getLogger(DemoBackfill.class);

    private final Path file;
    private final long seed;

    DemoBackfill(Path dataFolder, long seed) {
        this.file = dataFolder.resolve(FILE);
        this.seed = seed;
    }

    void run(Account account) throws ApiException, IOException, InterruptedException {
        String state = Files.exists(file) ? Files.readString(file).strip() : "";
        if (state.equals(COMPLETE)) {
            return;
        }
        Instant end = parse(state);
        if (end == null) {
            // An account that works already keeps the past it has: another one would be in the same minutes.
            if (account.hasSessions()) {
                write(COMPLETE);
                return;
            }
            end = Instant.now().minus(DemoHistory.DISTANCE);
            write(end.toString());
        }
        importUntil(end, account);
        write(COMPLETE);
    }

    private void importUntil(Instant end, Account account) throws ApiException, InterruptedException {
        long startNs = System.nanoTime();
        ZoneId zone = ZoneId.systemDefault();
        account.describe(NAME, zone);
        DemoHistory history = new DemoHistory(TypingModel.committed(), seed, end, zone);
        history.forEachPart(records -> account.importHistory(history.source(), records));
        log.info(
                "Demo history imported: days={}, keystrokes={}, seconds={}",
                DemoHistory.DAYS,
                history.keystrokes(),
                String.format(
                        Locale.ROOT,
                        "%.1f",
                        Duration.ofNanos(System.nanoTime() - startNs).toMillis() / 1e3));
    }

    private static @Nullable Instant parse(String state) {
        try {
            return Instant.parse(state);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private void write(String state) throws IOException {
        Path unfinished = file.resolveSibling(FILE + ".new");
        Files.writeString(unfinished, state + "\n");
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
