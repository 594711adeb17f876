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
 * Compares the current schemas with those of each release in {@code releases/}. A release adds its folder; existing
 * folders never change, as records with their schemas are retained for ever.
 */
final class SchemaCompatibilityTest {

    private static final Path CURRENT = Path.of("src/main/avro");
    private static final Path RELEASES = Path.of("src/test/resources/releases");

    /** Records around and inside encrypted fields of topics with unlimited retention. */
    private static final Set<String> ENCLOSED = Set.of("KeystrokePayload", "SealedEvent", "SessionDetails");

    @Test
    void topicsRetainedForEverAreFullTransitive() throws IOException {
        Set<String> retainedForEver = Stream.concat(
                        Topics.all().stream()
                                .filter(topic -> topic.retention() == null)
                                .map(topic -> topic.valueType().getSimpleName()),
                        ENCLOSED.stream())
                .collect(Collectors.toSet());
        assertThat(retainedForEver)
                .containsExactlyInAnyOrder(
                        "KeystrokeBatch",
                        "FlowFeatures",
                        "SessionEvent",
                        "AccountEvent",
                        "FlowFeedback",
                        "FlowState",
                        "FlowPeriod",
                        "FlowMinute",
                        "TeamWindow",
                        "PublishedModel",
                        "TeamAlertRule",
                        "KeystrokePayload",
                        "SealedEvent",
                        "SessionDetails");

        for (String name : retainedForEver) {
            assertThat(faultsFullTransitive(parse(CURRENT.resolve(name + ".avsc")), name))
                    .isEmpty();
        }
    }

    @Test
    void topicsRetainedForDaysAreBackwardTransitive() throws IOException {
        List<String> retainedForDays = Topics.all().stream()
                .filter(topic -> topic.retention() != null)
                .map(topic -> topic.valueType().getSimpleName())
                .toList();
        assertThat(retainedForDays).isNotEmpty();

        for (String name : retainedForDays) {
            assertThat(faultsBackwardTransitive(parse(CURRENT.resolve(name + ".avsc")), name))
                    .isEmpty();
        }
    }

    @Test
    void topicsUseTheCheckedSchemas() throws IOException {
        for (Topic<?> topic : Topics.all()) {
            Schema checked = parse(CURRENT.resolve(topic.valueType().getSimpleName() + ".avsc"));
            assertThat(SchemaNormalization.toParsingForm(SpecificData.get().getSchema(topic.valueType())))
                    .isEqualTo(SchemaNormalization.toParsingForm(checked));
        }
    }

    @Test
    void noReleasedSchemaIsMissing() throws IOException {
        for (Path release : releases()) {
            for (Path schema : files(release, ".avsc")) {
                assertThat(CURRENT.resolve(schema.getFileName())).exists();
            }
        }
    }

    @Test
    void detectsIncompatibleChanges() throws IOException {
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
                batch.replace("\"name\": \"payload\"", "\"name\": \"content\""),
                "a symbol removed where new readers have no default",
                event.replaceFirst(", \"ENDED\", \"CORRECTED\", \"DELETED\"],\\s*\"default\": \"UNKNOWN\"", "]"));

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
    void acceptsNewFieldsAndSymbolsWithDefaults() throws IOException {
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

    // Avro's SchemaValidator would accept a removed enum symbol, and neither check compares logical types.
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
