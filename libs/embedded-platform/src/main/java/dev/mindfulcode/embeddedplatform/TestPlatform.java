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
 *
 * <p>The system property {@code mindful.platform} selects it: {@code embedded} (default) starts the servers of
 * {@link EmbeddedPlatform}, {@code containers} runs their official images on a Docker engine, and {@code auto} uses
 * containers if an engine responds.
 */
public final class TestPlatform {

    private static final String PROPERTY = "mindful.platform";
    private static final Logger log = LoggerFactory.getLogger(TestPlatform.class);

    private static @Nullable Platform instance;

    private TestPlatform() {}

    /** Returns the shared platform; the first call starts it. */
    // Not in a static initializer: the servers start in other threads, which would wait for it forever.
    public static synchronized Platform shared() {
        Platform platform = instance;
        if (platform == null) {
            platform = start();
            instance = platform;
        }
        return platform;
    }

    private static Platform start() {
        try {
            Path folder = Files.createTempDirectory("mindful-platform-");
            Platform platform = usesContainers() ? containers(folder) : embedded(folder);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopAndDelete(platform, folder)));
            return platform;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean usesContainers() {
        String selected = System.getProperty(PROPERTY, "embedded");
        return switch (selected) {
            case "embedded" -> false;
            case "containers" -> true;
            case "auto" -> ContainerPlatform.isEngineAvailable();
            default ->
                throw new PlatformException(PROPERTY + " is " + selected + "; must be embedded, containers or auto");
        };
    }

    private static Platform containers(Path folder) {
        log.info(
                "Test platform: containers {} and {}",
                ContainerPlatform.kafkaImage(),
                ContainerPlatform.POSTGRES_IMAGE);
        return ContainerPlatform.start(folder);
    }

    private static Platform embedded(Path folder) {
        log.info("Test platform: embedded servers");
        return EmbeddedPlatform.start(
                PlatformOptions.in(folder, UUID.randomUUID().toString())
                        .forThrowawayData()
                        .withProgress(line -> log.info("{}", line)));
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
