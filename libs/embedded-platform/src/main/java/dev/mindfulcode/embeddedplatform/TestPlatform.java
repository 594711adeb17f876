package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform that all tests of a JVM share, on data that is deleted when the JVM ends. Tests that need a database of
 * their own create it with {@link Platform#freshDatabase()}.
 */
public final class TestPlatform {

    private static final Logger log = LoggerFactory.getLogger(TestPlatform.class);

    private static @Nullable Platform instance;

    private TestPlatform() {}

    /** Returns the shared platform; the first call starts it. */
    // Not in a static initializer: the servers start in other threads, which would wait for it forever.
    public static synchronized Platform shared() {
        Platform platform = instance;
        if (platform == null) {
            platform = startThrowaway();
            instance = platform;
        }
        return platform;
    }

    private static Platform startThrowaway() {
        try {
            Path folder = Files.createTempDirectory("mindful-platform-");
            Platform platform = EmbeddedPlatform.start(
                    PlatformOptions.in(folder, UUID.randomUUID().toString())
                            .forThrowawayData()
                            .withProgress(line -> log.info("{}", line)));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopAndDelete(platform, folder)));
            return platform;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stopAndDelete(Platform platform, Path folder) {
        platform.close();
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            log.warn("Folder of the test platform not deleted: {}", folder, e);
        }
    }
}
