package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.cli.UserErrorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A plugin to begin with. */
final class PluginTemplate {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,30}(-[a-z0-9]{1,30}){0,4}");
    private static final String PLACE = "@name@";

    private PluginTemplate() {}

    enum Language {
        ASSEMBLYSCRIPT("assemblyscript", "package.json", "assembly/index.ts"),
        RUST("rust", "Cargo.toml", "build.sh", "src/lib.rs"),
        C("c", "build.sh", "plugin.c");

        private final String folder;
        private final List<String> files;

        Language(String folder, String... files) {
            this.folder = folder;
            this.files = List.of(files);
        }
    }

    static void write(Path folder, Language language) {
        String name = String.valueOf(folder.getFileName());
        if (!NAME.matcher(name).matches()) {
            throw new UserErrorException(name + " is no plugin's name: lower-case words joined by hyphens are");
        }
        if (Files.exists(folder)) {
            throw new UserErrorException(folder + " is there already");
        }
        try {
            for (String file : List.of("manifest.json", "README.md")) {
                write(folder, language, file, name);
            }
            for (String file : language.files) {
                write(folder, language, file, name);
            }
        } catch (IOException e) {
            throw new UserErrorException("Cannot write " + folder, e);
        }
    }

    private static void write(Path folder, Language language, String file, String name) throws IOException {
        Path to = folder.resolve(file);
        Path parent = to.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(to, text(language, file).replace(PLACE, name));
        if (file.endsWith(".sh") && !to.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + to + " executable");
        }
    }

    private static String text(Language language, String file) {
        try (InputStream in = PluginTemplate.class.getResourceAsStream(language.folder + "/" + file)) {
            if (in == null) {
                throw new IllegalStateException(language.folder + "/" + file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
