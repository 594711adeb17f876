package dev.mindfulcode.apigateway.portability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExportPageTest {

    private static final Path PAGE = Path.of("..", "docs", "export.md");
    private static final String HEADING = "## Tables";

    @Test
    void describesEveryColumnOfEveryTable() throws IOException {
        StringBuilder expected = new StringBuilder();
        for (Table table : tables()) {
            expected.append("### ")
                    .append(table.name())
                    .append("\n\n")
                    .append(table.description())
                    .append("\n\n");
            table.columns()
                    .forEach(column -> expected.append("- `")
                            .append(column.name())
                            .append("`: ")
                            .append(column.description())
                            .append('\n'));
            expected.append('\n');
        }
        Files.writeString(Path.of("target", "export-tables.md"), expected.toString());
        String page = Files.readString(PAGE);
        assertThat(words(page.substring(page.indexOf(HEADING) + HEADING.length())))
                .as("target/export-tables.md has the section")
                .isEqualTo(words(expected.toString()));
    }

    @Test
    void hasADescriptionOfEachColumnAndNoNameTwice() {
        assertThat(tables().stream().map(Table::name)).doesNotHaveDuplicates();
        for (Table table : tables()) {
            assertThat(table.description()).as(table.name()).isNotBlank();
            assertThat(table.columns().stream().map(Table.Column::name)).doesNotHaveDuplicates();
            assertThat(table.columns())
                    .as(table.name())
                    .allSatisfy(column ->
                            assertThat(column.description()).isNotBlank().isNotEqualTo("null"));
        }
    }

    private static List<Table> tables() {
        return Stream.concat(
                        ExportSections.TABLES.stream(),
                        ExportRun.TOPICS.stream().map(LogTables::tableOf))
                .toList();
    }

    private static String words(String text) {
        return String.join(" ", text.strip().split("\\s+"));
    }
}
