package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

/**
 * The schemas as they are now against those of each release, kept under {@code releases/}. A release adds its folder; a
 * folder that is there is never touched again, for records written under its schemas are in the log for ever.
 */
final class SchemaCompatibilityTest {

    private static final Path CURRENT = Path.of("src/main/avro");
    private static final Path RELEASES = Path.of("src/test/resources/releases");

    /** What is inside the encrypted fields of topics that are kept for ever. */
    private static final Set<String> ENCLOSED = Set.of("KeystrokePayload", "SessionDetails");

    @Test
    void whatIsKeptForEverIsReadableInBothDirectionsOverAllReleases() throws IOException {
        Set<String> keptForEver = Stream.concat(
                        Topics.all().stream()
                                .filter(topic -> topic.retention() == null)
                                .map(topic -> topic.valueType().getSimpleName()),
                        ENCLOSED.stream())
                .collect(Collectors.toSet());
        assertThat(keptForEver)
                .containsExactlyInAnyOrder(
                        "KeystrokeBatch",
                        "SessionEvent",
                        "AccountEvent",
                        "FlowFeedback",
                        "FlowState",
                        "FlowPeriod",
                        "FlowMinute",
                        "TeamWindow",
                        "PublishedModel",
                        "PluginRelease",
                        "TeamAlertRule",
                        "KeystrokePayload",
                        "SessionDetails");

        for (String name : keptForEver) {
            assertThat(faultsFullTransitive(parse(CURRENT.resolve(name + ".avsc")), name))
                    .isEmpty();
        }
    }

    @Test
    void whatIsKeptForDaysCanBeReadByTheNextRelease() throws IOException {
        List<String> keptForDays = Topics.all().stream()
                .filter(topic -> topic.retention() != null)
                .map(topic -> topic.valueType().getSimpleName())
                .toList();
        assertThat(keptForDays).isNotEmpty();

        for (String name : keptForDays) {
            assertThat(faultsBackwardTransitive(parse(CURRENT.resolve(name + ".avsc")), name))
                    .isEmpty();
        }
    }

    @Test
    void theTopicsCarryTheSchemasThatAreChecked() throws IOException {
        for (Topic<?> topic : Topics.all()) {
            Schema checked = parse(CURRENT.resolve(topic.valueType().getSimpleName() + ".avsc"));
            assertThat(SchemaNormalization.toParsingForm(SpecificData.get().getSchema(topic.valueType())))
                    .isEqualTo(SchemaNormalization.toParsingForm(checked));
        }
    }

    @Test
    void noReleasedSchemaIsGone() throws IOException {
        for (Path release : releases()) {
            for (Path schema : files(release, ".avsc")) {
                assertThat(CURRENT.resolve(schema.getFileName())).exists();
            }
        }
    }

    @Test
    void anIncompatibleChangeIsSeen() throws IOException {
        String batch = Files.readString(CURRENT.resolve("KeystrokeBatch.avsc"));
        String event = Files.readString(CURRENT.resolve("SessionEvent.avsc"));
        Map<String, String> breaking = Map.of(
                "a new field without default",
                batch.replace("\"fields\": [", "\"fields\": [{\"name\": \"extra\", \"type\": \"int\"},"),
                "a field without default removed",
                batch.replaceFirst("\\s*\\{\"name\": \"sequence\"[^\\n]*\\n", ""),
                "a narrower type",
                batch.replace(
                        "\"name\": \"sequence\", \"type\": \"long\"", "\"name\": \"sequence\", \"type\": \"int\""),
                "another unit of time",
                batch.replace("timestamp-millis", "timestamp-micros"),
                "a renamed field",
                batch.replace("\"name\": \"keystrokes\"", "\"name\": \"key_count\""),
                "a symbol removed where new readers have no default",
                event.replace(", \"ENDED\", \"CORRECTED\", \"DELETED\"], \"default\": \"UNKNOWN\"", "]"));

        for (Map.Entry<String, String> entry : breaking.entrySet()) {
            String change = entry.getKey();
            String schema = entry.getValue();
            String name = schema.contains("\"SessionEvent\"") ? "SessionEvent" : "KeystrokeBatch";
            assertThat(schema).as(change).isNotEqualTo(batch).isNotEqualTo(event);
            assertThat(faultsFullTransitive(new SchemaParser().parse(schema).mainSchema(), name))
                    .as(change)
                    .isNotEmpty();
        }
    }

    @Test
    void aNewFieldWithDefaultAndANewSymbolOfAnEnumWithDefaultAreNoBreak() throws IOException {
        String batch = Files.readString(CURRENT.resolve("KeystrokeBatch.avsc"));
        String event = Files.readString(CURRENT.resolve("SessionEvent.avsc"));
        String extraField = batch.replace(
                "\"fields\": [",
                "\"fields\": [{\"name\": \"extra\", \"type\": [\"null\", \"string\"], \"default\": null},");
        String extraSymbol = event.replace("\"DELETED\"]", "\"DELETED\", \"MERGED\"]");
        assertThat(extraField).isNotEqualTo(batch);
        assertThat(extraSymbol).isNotEqualTo(event);

        assertThat(faultsFullTransitive(new SchemaParser().parse(extraField).mainSchema(), "KeystrokeBatch"))
                .isEmpty();
        assertThat(faultsFullTransitive(new SchemaParser().parse(extraSymbol).mainSchema(), "SessionEvent"))
                .isEmpty();
    }

    /** Old programs must read new records, new programs old ones, over all releases. */
    private static List<String> faultsFullTransitive(Schema current, String name) throws IOException {
        List<String> faults = new ArrayList<>(faultsBackwardTransitive(current, name));
        for (Schema old : released(name)) {
            faults.addAll(faults(old, current));
        }
        return faults;
    }

    /** New programs must read old records, over all releases. */
    private static List<String> faultsBackwardTransitive(Schema current, String name) throws IOException {
        return released(name).stream()
                .flatMap(old -> faults(current, old).stream())
                .toList();
    }

    // Not Avro's SchemaValidator: it lets an enum lose a symbol. And neither looks at logical types: a field could turn
    // from
    // milliseconds to microseconds unseen.
    private static List<String> faults(Schema reader, Schema writer) {
        List<String> faults = new ArrayList<>();
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .forEach(fault ->
                        faults.add(fault.getType() + " at " + fault.getLocation() + ": " + fault.getMessage()));
        for (Schema.Field field : reader.getFields()) {
            Schema.Field written = writer.getField(field.name());
            if (written != null && !logicalTypes(field.schema()).equals(logicalTypes(written.schema()))) {
                faults.add("LOGICAL_TYPE_MISMATCH at " + field.name());
            }
        }
        return faults;
    }

    private static Set<String> logicalTypes(Schema schema) {
        Stream<Schema> types = schema.isUnion() ? schema.getTypes().stream() : Stream.of(schema);
        return types.map(type -> type.getLogicalType() == null
                        ? ""
                        : type.getLogicalType().getName())
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }

    private static List<Schema> released(String name) throws IOException {
        List<Schema> schemas = releases().stream()
                .map(release -> release.resolve(name + ".avsc"))
                .filter(Files::exists)
                .map(SchemaCompatibilityTest::parse)
                .toList();
        assertThat(schemas).as("released schemas of " + name).isNotEmpty();
        return schemas;
    }

    private static List<Path> releases() throws IOException {
        List<Path> releases = files(RELEASES, "");
        assertThat(releases).isNotEmpty();
        return releases;
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static Schema parse(Path file) {
        try {
            return new SchemaParser().parse(Files.readString(file)).mainSchema();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
