package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the words and the line length of all text files of the project; {@code banned-words.txt} has the list. */
class VocabularyTest {

    private static final int COLUMNS_MAX = 120;

    /** {@code deadLetterTopic} has three words, {@code HTTPEdge} two. */
    private static final Pattern WORD = Pattern.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+");

    private static final Pattern CHECKED = Pattern.compile(
            ".*\\.(java|md|ya?ml|xml|sql|js|css|html|graphqls|ts|properties|avsc|sh|rs|c|toml|txt)|mindful|run");

    /** A Javadoc says what the thing is ("The …", "Number of …") or does ("Returns …"). */
    private static final Pattern JAVADOC_AS_CLAUSE = Pattern.compile("/\\*\\*\\s+(\\*\\s+)?"
            + "(What|Who|Whom|How|Where|Which|That|Those|Tells|Says|Takes|Nothing|Nobody|Somebody|Everybody)\\b.*");

    /** Fields of the API that clients know by these names. */
    private static final Pattern API_FIELDS = Pattern.compile("stands_out|standsOut");

    /** Released schemas never change. */
    private static final Set<String> SKIPPED_FOLDERS =
            Set.of("target", "node_modules", ".git", ".mvn", ".idea", "releases", "secrets");

    private static final String LIST = "banned-words.txt";

    /** The list and this test quote the words. */
    private static final Set<String> SKIPPED_FILES = Set.of(LIST, "VocabularyTest.java");

    private static List<Path> files;

    /** Phrases by their first word, with the words to use instead. */
    private static Map<List<String>, String> banned;

    @BeforeAll
    static void readFiles() throws IOException {
        files = new ArrayList<>();
        Files.walkFileTree(ModuleTable.PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                Path name = folder.getFileName();
                return name != null && SKIPPED_FOLDERS.contains(name.toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = String.valueOf(file.getFileName());
                if (CHECKED.matcher(name).matches() && !SKIPPED_FILES.contains(name)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        banned = new TreeMap<>((a, b) -> String.join(" ", a).compareTo(String.join(" ", b)));
        Path list = Path.of("src/test/resources/dev/mindfulcode/quickstart", LIST);
        try (Stream<String> lines = Files.lines(list)) {
            lines.filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
                int colon = line.indexOf(':');
                banned.put(
                        List.of(line.substring(0, colon).split(" ")),
                        line.substring(colon + 1).strip());
            });
        }
        assertThat(files).hasSizeGreaterThan(1000);
        assertThat(banned).hasSizeGreaterThan(20);
    }

    @Test
    void usesNoBannedWord() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path file : files) {
            findings.addAll(bannedWords(file, Files.readAllLines(file)));
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void javadocNamesTheThingOrItsAction() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path file : files) {
            JAVADOC_AS_CLAUSE
                    .matcher(Files.readString(file))
                    .results()
                    .map(match -> file + ": " + match.group().strip())
                    .forEach(findings::add);
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void hasNoLineOverTheLimit() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > COLUMNS_MAX && !mayBeLong(file, lines.get(i))) {
                    findings.add(ModuleTable.PROJECT.relativize(file) + ":" + (i + 1) + ": "
                            + lines.get(i).length() + " columns");
                }
            }
        }
        assertThat(findings).isEmpty();
    }

    @Test
    void findsBannedWordsInIdentifiersAndAcrossLines() {
        assertThat(bannedWords(
                        Path.of("Sample.java"),
                        List.of("void takesTwo() {}", "// It goes", "// on. It is a mistake, not to judge-mental.")))
                .hasSize(3);
    }

    /** Rows of tables and numbers, addresses, imports and compiler arguments cannot be broken. */
    private static boolean mayBeLong(Path file, String line) {
        String name = String.valueOf(file.getFileName());
        String text = line.strip();
        return name.endsWith(".md") && (text.startsWith("|") || !text.contains(" "))
                || name.endsWith(".xml") && (text.startsWith("<arg") || !text.contains(" "))
                || name.endsWith(".java") && text.startsWith("import ")
                || name.endsWith(".properties") && text.matches("[a-z0-9._]+ = [-+0-9.,E \\\\]+")
                || name.endsWith(".html")
                || name.endsWith(".txt");
    }

    private static List<String> bannedWords(Path file, List<String> lines) {
        List<String> words = new ArrayList<>();
        List<Integer> lineOf = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            for (MatchResult word : WORD.matcher(
                            API_FIELDS.matcher(lines.get(i)).replaceAll(" "))
                    .results()
                    .toList()) {
                words.add(word.group().toLowerCase(Locale.ROOT));
                lineOf.add(i + 1);
            }
        }
        List<String> findings = new ArrayList<>();
        banned.forEach((phrase, instead) -> {
            for (int i = 0; i + phrase.size() <= words.size(); i++) {
                if (words.get(i).equals(phrase.getFirst())
                        && words.subList(i, i + phrase.size()).equals(phrase)) {
                    findings.add(
                            file + ":" + lineOf.get(i) + ": \"" + String.join(" ", phrase) + "\"; use: " + instead);
                }
            }
        });
        return findings;
    }
}
