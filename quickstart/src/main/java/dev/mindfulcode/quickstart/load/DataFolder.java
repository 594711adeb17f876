package dev.mindfulcode.quickstart.load;

import java.nio.file.Path;

/** Where the system keeps its data unless told otherwise. */
final class DataFolder {

    private DataFolder() {}

    static Path byDefault() {
        return Path.of(System.getProperty("user.home"), ".mindful-code");
    }
}
