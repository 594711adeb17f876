package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All zone arithmetic is the JDK's (flow-engine's package time): the database's rules are of another release and
 * disagree.
 */
class ZoneArithmeticTest {

    private static final Pattern IN_THE_DATABASE = Pattern.compile(
            "at\\s+time\\s+zone|set\\s+time\\s*zone|\\btimezone\\s*\\(\\s*['a-z:]+\\s*,", Pattern.CASE_INSENSITIVE);

    @Test
    void computesNoTimeZonesInSql() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("..", ".."))) {
            sources = files.filter(file -> file.toString().contains("/src/main/"))
                    .filter(file ->
                            file.toString().endsWith(".java") || file.toString().endsWith(".sql"))
                    .toList();
        }
        assertThat(sources).hasSizeGreaterThan(300);
        assertThat(sources).filteredOn(ZoneArithmeticTest::computesWithZones).isEmpty();
    }

    private static boolean computesWithZones(Path source) {
        try {
            return IN_THE_DATABASE.matcher(Files.readString(source)).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
