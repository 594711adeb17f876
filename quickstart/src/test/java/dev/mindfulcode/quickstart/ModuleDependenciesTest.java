package dev.mindfulcode.quickstart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of modules in the design, as rules: services meet in topics and tables and never call each other. */
class ModuleDependenciesTest {

    private static final String ROOT = "dev.mindfulcode.";

    private static JavaClasses classes;

    enum Module {
        SCHEMAS("schemas"),
        ENGINE("engine"),
        PLATFORM("platform"),
        PROTECTION("protection", "schemas"),
        ACCESS("access", "protection"),
        EDGE("edge"),
        INGEST("ingest", "schemas", "protection", "access", "edge"),
        FLOW_STREAM("flowstream", "schemas", "engine", "protection"),
        PROJECTION("projection", "schemas", "engine", "protection", "plugins"),
        GATEWAY("gateway", "schemas", "engine", "protection", "access", "edge", "plugins"),
        EVIDENCE("evidence", "engine"),
        PLUGINS("plugins"),
        QUICKSTART(
                "quickstart",
                "schemas",
                "engine",
                "platform",
                "protection",
                "access",
                "edge",
                "ingest",
                "flowstream",
                "projection",
                "gateway",
                "evidence",
                "plugins");

        final String packageName;
        final Set<String> allowed;

        Module(String packageName, String... allowed) {
            this.packageName = packageName;
            this.allowed = Set.of(allowed);
        }

        String[] forbidden() {
            return Arrays.stream(values())
                    .map(module -> module.packageName)
                    .filter(name -> !name.equals(packageName) && !allowed.contains(name))
                    .map(name -> ROOT + name + "..")
                    .toArray(String[]::new);
        }

        String[] own() {
            return new String[] {ROOT + packageName + ".."};
        }
    }

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.mindfulcode");
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void dependsOnlyOnWhatTheTableAllows(Module module) {
        assertThat(classes.that(resideInAnyPackage(module.own())))
                .as("classes of " + module.packageName)
                .hasSizeGreaterThan(3);
        if (module.forbidden().length > 0) {
            noClasses()
                    .that()
                    .resideInAnyPackage(module.own())
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(module.forbidden())
                    .check(classes);
        }
    }

    @Test
    void theEngineDependsOnTheJdkAndItselfAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.mindfulcode.engine..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.mindfulcode.engine..", "java..", "org.jspecify.annotations..")
                .check(classes);
    }

    @Test
    void theSandboxDependsOnItsRuntimeAReaderOfJsonAndTheJdkAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.mindfulcode.plugins..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.mindfulcode.plugins..",
                        "com.dylibso.chicory..",
                        "tools.jackson.core..",
                        "java..",
                        "org.jspecify.annotations..")
                .check(classes);
    }

    @Test
    void thePackagesOfEachModuleFormNoCycle() {
        for (Module module : Module.values()) {
            SlicesRuleDefinition.slices()
                    .matching(ROOT + module.packageName + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true) // a module may be one package
                    .check(classes);
        }
    }

    @Test
    void everyClassOfOursIsInAModuleOfTheTable() {
        String[] all = Stream.of(Module.values())
                .flatMap(module -> Stream.of(module.own()))
                .toArray(String[]::new);

        assertThat(classes.stream()
                        .filter(type -> !resideInAnyPackage(all).test(type))
                        .map(type -> type.getName()))
                .isEmpty();
    }

    /** Maven would let a module name another and simply not use it yet. */
    @Test
    void thePomsNameNoModuleThatTheTableForbids() throws IOException {
        Map<String, String> packages = new TreeMap<>(Map.ofEntries(
                Map.entry("schemas", "schemas"),
                Map.entry("flow-engine", "engine"),
                Map.entry("embedded-platform", "platform"),
                Map.entry("data-protection", "protection"),
                Map.entry("access", "access"),
                Map.entry("edge", "edge"),
                Map.entry("ingest-service", "ingest"),
                Map.entry("flow-stream", "flowstream"),
                Map.entry("projection-service", "projection"),
                Map.entry("api-gateway", "gateway"),
                Map.entry("model-evidence", "evidence"),
                Map.entry("plugin-host", "plugins"),
                Map.entry("quickstart", "quickstart")));
        Map<String, Set<String>> surplus = new TreeMap<>();
        for (Module module : Module.values()) {
            String folder = packages.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(module.packageName))
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            Set<String> named = new TreeSet<>();
            for (String dependency :
                    Files.readString(Path.of("..", folder, "pom.xml")).split("<dependency>", -1)) {
                for (Map.Entry<String, String> other : packages.entrySet()) {
                    if (dependency.contains("<groupId>dev.mindfulcode</groupId>")
                            && dependency.contains("<artifactId>" + other.getKey() + "</artifactId>")
                            && !dependency.contains("<parent>")
                            && !dependency.contains("<scope>test</scope>")
                            && !module.allowed.contains(other.getValue())) {
                        named.add(other.getKey());
                    }
                }
            }
            if (!named.isEmpty()) {
                surplus.put(folder, named);
            }
        }
        assertThat(surplus).isEmpty();
    }
}
