package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one platform of a test JVM, on data that are thrown away when the JVM ends. */
final class SharedPlatform {

    private static final Logger log = LoggerFactory.getLogger(SharedPlatform.class);

    private static @Nullable EmbeddedPlatform instance;

    private SharedPlatform() {}

    // Not a static initialiser: the servers start in threads of their own, which would wait for it for ever.
    static synchronized EmbeddedPlatform get() {
        EmbeddedPlatform platform = instance;
        if (platform == null) {
            platform = startThrowaway();
            instance = platform;
        }
        return platform;
    }

    private static EmbeddedPlatform startThrowaway() {
        try {
            Path folder = Files.createTempDirectory("mindful-platform-");
            EmbeddedPlatform platform = EmbeddedPlatform.start(
                    PlatformOptions.in(folder, UUID.randomUUID().toString())
                            .forThrowawayData()
                            .withProgress(line -> log.info("{}", line)));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopAndDelete(platform, folder)));
            return platform;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stopAndDelete(EmbeddedPlatform platform, Path folder) {
        platform.close();
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            log.warn("{} is left behind", folder, e);
        }
    }
}
