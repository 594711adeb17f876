package dev.mindfulcode.quickstart;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.mindfulcode.quickstart.ModuleTable.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds code and poms to the table of modules in ARCHITECTURE.md. */
class ModuleDependenciesTest {

    private static final Pattern DEPENDENCY = Pattern.compile("(?s)<dependency>(.*?)</dependency>");

    private static final Pattern OUR_ARTIFACT =
            Pattern.compile("<groupId>dev\\.mindfulcode</groupId>\\s*<artifactId>([a-z-]+)</artifactId>");

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.mindfulcode");
    }

    static List<Module> modules() throws IOException {
        return ModuleTable.read();
    }

    @Test
    void listsTheModulesThatMavenBuilds() throws IOException {
        Set<String> built = Pattern.compile("<module>(.*)</module>")
                .matcher(Files.readString(ModuleTable.PROJECT.resolve("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(modules().stream().map(Module::folder)).containsExactlyInAnyOrderElementsOf(built);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void dependsOnAllowedModulesOnly(Module module) throws IOException {
        String[] own = {module.rootPackage() + ".."};
        assertThat(classes.that(resideInAnyPackage(own))).isNotEmpty();

        String[] forbidden = modules().stream()
                .filter(other -> !other.equals(module) && !module.mayDependOn().contains(other.name()))
                .map(other -> other.rootPackage() + "..")
                .toArray(String[]::new);
        if (forbidden.length > 0) {
            noClasses()
                    .that()
                    .resideInAnyPackage(own)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden)
                    .check(classes);
        }
    }

    /** Maven would let a module name another without using it yet. */
    @ParameterizedTest
    @MethodSource("modules")
    void namesAllowedModulesOnlyInItsPom(Module module) throws IOException {
        Set<String> named = new TreeSet<>();
        DEPENDENCY.matcher(Files.readString(module.pom())).results().forEach(dependency -> {
            if (!dependency.group(1).contains("<scope>test</scope>")) {
                OUR_ARTIFACT.matcher(dependency.group(1)).results().forEach(artifact -> named.add(artifact.group(1)));
            }
        });

        assertThat(module.mayDependOn()).containsAll(named);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void hasNoCyclesBetweenItsPackages(Module module) {
        SlicesRuleDefinition.slices()
                .assignedFrom(new PackagesOf(module.rootPackage()))
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void namesPackagesLikeModules() throws IOException {
        String[] packages =
                modules().stream().map(module -> module.rootPackage() + "..").toArray(String[]::new);

        assertThat(classes.stream()
                        .filter(type -> !resideInAnyPackage(packages).test(type))
                        .map(JavaClass::getName))
                .isEmpty();
    }

    /** Foreign keys to its tables are allowed, statements on them are not. */
    @Test
    void onlyTheIdentityLibraryContainsSqlOnItsTables() throws IOException {
        Pattern statement =
                Pattern.compile("(?<!REFERENCES |mindfulcode\\.)\\bidentity\\.(" + identityTables() + ")\\b");
        Set<String> modulesWithStatements = new TreeSet<>();
        for (Module module : modules()) {
            try (Stream<Path> files = Files.walk(module.pom().resolveSibling("src/main"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = file.toString();
                    if ((name.endsWith(".java") || name.endsWith(".sql"))
                            && statement.matcher(Files.readString(file)).find()) {
                        modulesWithStatements.add(module.name());
                    }
                }
            }
        }

        assertThat(modulesWithStatements).containsExactly("identity");
    }

    private static String identityTables() throws IOException {
        Path migration = ModuleTable.PROJECT.resolve(
                "libs/identity/src/main/resources/dev/mindfulcode/identity/migration/V1__identity.sql");
        return Pattern.compile("CREATE TABLE (\\w+)")
                .matcher(Files.readString(migration))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.joining("|"));
    }

    @Test
    void theEngineDependsOnTheJdkOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.mindfulcode.flowengine..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.mindfulcode.flowengine..", "java..", "javax.crypto..", "org.jspecify.annotations..")
                .check(classes);
    }

    @Test
    void theSandboxDependsOnItsRuntimeAndAJsonReaderOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.mindfulcode.pluginhost..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.mindfulcode.pluginhost..",
                        "com.dylibso.chicory..",
                        "tools.jackson.core..",
                        "java..",
                        "org.jspecify.annotations..")
                .check(classes);
    }

    /** Each package is a slice, the root package of the module included. */
    private record PackagesOf(String rootPackage) implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            return name.equals(rootPackage) || name.startsWith(rootPackage + ".")
                    ? SliceIdentifier.of(name)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of " + rootPackage;
        }
    }
}
