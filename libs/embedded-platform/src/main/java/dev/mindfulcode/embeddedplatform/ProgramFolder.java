package dev.mindfulcode.embeddedplatform;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * The folder of this module's code: {@code embedded-platform/target} in a source tree, the folder of the jars in a
 * packaged system. It holds programs that cannot be on the class path.
 */
final class ProgramFolder {

    private ProgramFolder() {}

    /** Returns the folder or jar that this class was loaded from. */
    static Path code() {
        CodeSource source = ProgramFolder.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new PlatformException("Cannot find where embedded-platform was loaded from");
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new PlatformException("Cannot find where embedded-platform was loaded from", e);
        }
    }

    private static Path parent() {
        Path parent = code().getParent();
        if (parent == null) {
            throw new PlatformException("Cannot find where embedded-platform was loaded from");
        }
        return parent;
    }

    /** Returns the unpacked registry next to the classes or the jar. */
    static Path registry() {
        String named = System.getProperty("mindful.registry.home");
        Path home = named == null ? parent().resolve("registry") : Path.of(named);
        if (!Files.isRegularFile(home.resolve("quarkus-run.jar"))) {
            throw new PlatformException("Schema registry not found in " + home
                    + "; build it (./mvnw -pl libs/embedded-platform generate-resources)"
                    + " or set -Dmindful.registry.home");
        }
        return home;
    }

    /** Returns a folder to unpack programs in: next to the code if writable, else the given folder. */
    static Path runtimeOr(Path otherwise) {
        Path parent = parent();
        return Files.isDirectory(code()) && Files.isWritable(parent) ? parent.resolve("runtime") : otherwise;
    }
}
