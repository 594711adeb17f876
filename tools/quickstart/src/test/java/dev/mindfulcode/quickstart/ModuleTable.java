package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The modules of the project and what each may depend on, as the table of ARCHITECTURE.md states them. */
final class ModuleTable {

    static final Path PROJECT = Path.of("..", "..");

    private static final String EVERYTHING = "everything";

    private static final String NOTHING = "nothing of ours";

    private static final Pattern ROW = Pattern.compile("\\| `([a-z/-]+)` \\|[^|]*\\| ([^|]*) \\|");

    private static final Pattern NAME = Pattern.compile("`([a-z-]+)`");

    /**
     * One module.
     *
     * @param folder relative to the project, such as {@code libs/web-kit}
     * @param mayDependOn names of modules, without their own
     */
    record Module(String folder, Set<String> mayDependOn) {

        String name() {
            return folder.substring(folder.lastIndexOf('/') + 1);
        }

        /** Returns the package that holds all classes of the module. */
        String rootPackage() {
            return "dev.mindfulcode." + name().replace("-", "");
        }

        Path pom() {
            return PROJECT.resolve(folder).resolve("pom.xml");
        }
    }

    private ModuleTable() {}

    /** Returns the rows of the table that has the heading "may depend on". */
    static List<Module> read() throws IOException {
        String page = Files.readString(PROJECT.resolve("ARCHITECTURE.md"));
        String table = page.substring(page.indexOf("| folder | is | may depend on |"));
        List<MatchResult> rows = table.lines()
                .takeWhile(line -> line.startsWith("|"))
                .flatMap(line -> ROW.matcher(line).results())
                .toList();
        Set<String> names = rows.stream().map(row -> nameOf(row.group(1))).collect(Collectors.toUnmodifiableSet());
        List<Module> modules = new ArrayList<>();
        for (MatchResult row : rows) {
            modules.add(new Module(row.group(1), allowed(row.group(2), names, nameOf(row.group(1)))));
        }
        return modules;
    }

    private static Set<String> allowed(String cell, Set<String> names, String own) {
        if (cell.equals(EVERYTHING)) {
            return names.stream().filter(name -> !name.equals(own)).collect(Collectors.toUnmodifiableSet());
        }
        Set<String> allowed =
                NAME.matcher(cell).results().map(match -> match.group(1)).collect(Collectors.toUnmodifiableSet());
        if (allowed.isEmpty() != cell.equals(NOTHING) || !names.containsAll(allowed)) {
            throw new IllegalArgumentException("ARCHITECTURE.md, module " + own + ": not a list of modules: " + cell);
        }
        return allowed;
    }

    private static String nameOf(String folder) {
        return folder.substring(folder.lastIndexOf('/') + 1);
    }
}
