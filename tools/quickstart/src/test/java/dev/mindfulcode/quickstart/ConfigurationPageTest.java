package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Holds the table of docs/configuration.md to the settings records and to all other code that reads variables. */
class ConfigurationPageTest {

    private static final Map<String, String> SERVICE_OF_MODULE = Map.of(
            "api-gateway", "gateway",
            "ingest-service", "ingest",
            "flow-stream", "stream",
            "projection-service", "projection");

    private static final String COMMANDS = "commands";

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| ([a-z, ]+) \\| (none|required|`[^`]*`) \\| [^|]*\\| [^|]+ \\|$");

    /** A read of one variable, by a literal or a constant. */
    private static final Pattern GETENV = Pattern.compile("getenv\\(\\s*[\"A-Z]");

    private static final Pattern NAME = Pattern.compile("\"((?:[A-Z]+_)+[A-Z]+|PORT)\"");

    /** A variable as one service reads it. */
    private record Variable(String name, String service) implements Comparable<Variable> {

        @Override
        public int compareTo(Variable other) {
            return toString().compareTo(other.toString());
        }
    }

    @Test
    void listsEachSettingWithItsDefault() throws IOException {
        Map<Variable, String> documented = documented();

        assertThat(documented).containsAllEntriesOf(ofRecords()).isNotEmpty();
    }

    @Test
    void listsEachVariableThatOtherCodeReads() throws IOException {
        assertThat(documented().keySet()).containsAll(ofSources());
    }

    @Test
    void listsNothingElse() throws IOException {
        Set<Variable> read = new TreeSet<>(ofRecords().keySet());
        read.addAll(ofSources());

        assertThat(documented()).containsOnlyKeys(read);
    }

    @Test
    void listsOnlyServiceVariablesThatRunKnows() throws IOException {
        assertThat(documented().keySet().stream()
                        .filter(variable -> !variable.service().equals(COMMANDS))
                        .map(Variable::name))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(LocalSettings.ignored(List.of(name), List.of()))
                        .containsExactly(name));
    }

    /** Returns each variable of the table with its default, empty if it has none. */
    private static Map<Variable, String> documented() throws IOException {
        String page = Files.readString(ModuleTable.PROJECT.resolve("docs/configuration.md"));
        Map<Variable, String> documented = new TreeMap<>();
        ROW.matcher(page).results().forEach(row -> {
            String standard = row.group(3).startsWith("`") ? row.group(3).replace("`", "") : "";
            for (String service : row.group(2).split(", ", -1)) {
                documented.put(new Variable(row.group(1), service), standard);
            }
        });
        return documented;
    }

    private static Map<Variable, String> ofRecords() throws IOException {
        Map<Variable, String> variables = new TreeMap<>();
        var classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.mindfulcode");
        for (JavaClass type : classes) {
            if (type.isAnnotatedWith(ConfigurationProperties.class)) {
                addAll(type.reflect(), "", service(type), variables);
            }
        }
        return variables;
    }

    private static void addAll(Class<?> settings, String prefix, String service, Map<Variable, String> variables) {
        RecordComponent[] components = settings.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name =
                    prefix + component.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                addAll(component.getType(), name + "_", service, variables);
            } else {
                // An annotation of a record's component is one of the constructor's parameter.
                DefaultValue standard =
                        settings.getDeclaredConstructors()[0].getParameters()[i].getAnnotation(DefaultValue.class);
                variables.put(new Variable(name, service), standard == null ? "" : String.join(",", standard.value()));
            }
        }
    }

    private static String service(JavaClass type) throws IOException {
        return ModuleTable.read().stream()
                .filter(module -> (type.getPackageName() + ".").startsWith(module.rootPackage() + "."))
                .map(module -> service(module.folder()))
                .findFirst()
                .orElseThrow();
    }

    private static String service(String folder) {
        return SERVICE_OF_MODULE.getOrDefault(folder, COMMANDS);
    }

    /** Returns the names in sources that read variables one by one. */
    private static Set<Variable> ofSources() throws IOException {
        Set<Variable> variables = new TreeSet<>();
        for (ModuleTable.Module module : ModuleTable.read()) {
            for (Path source :
                    sources(ModuleTable.PROJECT.resolve(module.folder()).resolve("src/main/java"))) {
                String text = Files.readString(source);
                if (!text.contains("Environment environment")
                        && !GETENV.matcher(text).find()) {
                    continue;
                }
                NAME.matcher(text)
                        .results()
                        .map(match -> new Variable(match.group(1), service(module.folder())))
                        .forEach(variables::add);
            }
        }
        return variables;
    }

    private static List<Path> sources(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return new ArrayList<>();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toList());
        }
    }
}
