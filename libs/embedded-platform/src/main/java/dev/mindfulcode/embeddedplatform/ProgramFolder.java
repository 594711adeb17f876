package dev.mindfulcode.embeddedplatform;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * The folder that holds this module's code: {@code embedded-platform/target} in a source tree, the folder of the jars
 * in a packaged system. Programs too large or too foreign for the class path lie in it.
 */
final class ProgramFolder {

    private ProgramFolder() {}

    /** Returns the folder or jar that this class was loaded from. */
    static Path code() {
        CodeSource source = ProgramFolder.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new PlatformException("Cannot tell where embedded-platform was loaded from");
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new PlatformException("Cannot tell where embedded-platform was loaded from", e);
        }
    }

    private static Path parent() {
        Path parent = code().getParent();
        if (parent == null) {
            throw new PlatformException("Cannot tell where embedded-platform was loaded from");
        }
        return parent;
    }

    /** Returns the unpacked registry, which Maven puts beside the classes (or the jar). */
    static Path registry() {
        String named = System.getProperty("mindful.registry.home");
        Path home = named == null ? parent().resolve("registry") : Path.of(named);
        if (!Files.isRegularFile(home.resolve("quarkus-run.jar"))) {
            throw new PlatformException("The schema registry is not in " + home
                    + ": build embedded-platform (./mvnw -pl embedded-platform generate-resources), or name its folder with"
                    + " -Dmindful.registry.home");
        }
        return home;
    }

    /** Returns where programs may be unpacked: beside the code where that can be written, else the given folder. */
    static Path runtimeOr(Path otherwise) {
        Path beside = parent();
        return Files.isDirectory(code()) && Files.isWritable(beside) ? beside.resolve("runtime") : otherwise;
    }
}
