package dev.mindfulcode.apigateway.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DashboardFilesTest {

    private static final String PAGE =
            "<html data-root=\"{root}\">{modules}<link href=\"{root}assets/{build}/app.css\">";

    @Test
    void changesTheAddressOfAssetsWithTheirContentAndNames() {
        String build = files(Map.of("app.css", "a {}")).build();
        assertThat(build).matches("[0-9a-f]{12}");
        assertThat(files(Map.of("app.css", "a {}")).build()).isEqualTo(build);
        assertThat(files(Map.of("app.css", "b {}")).build()).isNotEqualTo(build);
        assertThat(files(Map.of("ap.css", "a {}")).build()).isNotEqualTo(build);
    }

    @Test
    void refersToFilesRelativeToTheAddressOfThePage() {
        DashboardFiles files = files(Map.of("js/main.js", ""));
        String asset = "assets/" + files.build() + "/";
        assertThat(text(files.page("/")))
                .isEqualTo(
                        "<html data-root=\"./\"><link rel=\"modulepreload\" href=\"./%1$sjs/main.js\">".formatted(asset)
                                + "<link href=\"./%sapp.css\">".formatted(asset));
        assertThat(text(files.page("/insights"))).contains("data-root=\"./\"");
        assertThat(text(files.page("/day/2026-11-24"))).contains("data-root=\"../\"", "href=\"../" + asset);
        assertThat(files.page("/").etag())
                .isNotEqualTo(files.page("/day/2026-11-24").etag());
    }

    @Test
    void compressesTextOfMoreThanAThousandBytes() {
        DashboardFiles files = files(Map.of(
                "long.css",
                "x".repeat(1_001),
                "short.css",
                "x".repeat(1_000),
                "long.js",
                "x".repeat(1_001),
                "icon.svg",
                "x".repeat(1_001),
                "picture.png",
                "x".repeat(1_001)));
        for (String compressed : List.of("long.css", "long.js", "icon.svg")) {
            assertThat(Objects.requireNonNull(files.asset(compressed)).gzip())
                    .as(compressed)
                    .hasSizeLessThan(100);
        }
        for (String other : List.of("short.css", "picture.png")) {
            assertThat(Objects.requireNonNull(files.asset(other)).gzip())
                    .as(other)
                    .isNull();
        }
        assertThat(files.asset("index.html")).isNull();
    }

    /** Of the sources: a build folder may have files of earlier builds. */
    @Test
    void fitsTheFirstLoadInSixtyKilobytes() throws IOException {
        Path folder = Path.of("src/main/resources/static");
        TreeMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString().replace(File.separatorChar, '/');
                files.put(name, Files.readAllBytes(path));
            }
        }
        assertThat(new DashboardFiles(files).sizeBytes()).isBetween(10_000, 60_000);
    }

    @Test
    void findsThePageAndItsModulesOnTheClassPath() {
        DashboardFiles files = DashboardFiles.load();
        assertThat(files.asset("js/main.js")).isNotNull();
        assertThat(files.asset("js/views/team.js")).isNotNull();
        assertThat(text(files.page("/"))).contains("/js/main.js\"").doesNotContain("js/views/", "{");
    }

    @Test
    void readsWhichFormsAClientHasAndAccepts() {
        assertThat(DashboardFile.acceptsGzip(List.of("br, gzip;q=0.5"))).isTrue();
        assertThat(DashboardFile.acceptsGzip(List.of("br", "GZIP"))).isTrue();
        assertThat(DashboardFile.acceptsGzip(List.of("gzip; q=0.0, identity"))).isFalse();
        assertThat(DashboardFile.acceptsGzip(List.of("xgzip"))).isFalse();
        assertThat(DashboardFile.acceptsGzip(List.of())).isFalse();
        assertThat(DashboardFile.names(List.of("\"a\", W/\"b\""), "\"b\"")).isTrue();
        assertThat(DashboardFile.names(List.of("*"), "\"b\"")).isTrue();
        assertThat(DashboardFile.names(List.of("\"a\""), "\"b\"")).isFalse();
    }

    private static DashboardFiles files(Map<String, String> texts) {
        TreeMap<String, byte[]> files = new TreeMap<>();
        files.put("index.html", PAGE.getBytes(StandardCharsets.UTF_8));
        texts.forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
        return new DashboardFiles(files);
    }

    private static String text(DashboardFile file) {
        return new String(file.content(), StandardCharsets.UTF_8);
    }
}
