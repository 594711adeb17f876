package dev.mindfulcode.pluginhost;

/** How many times over the costly properties run: {@code -Dmindful.tries=20} for twenty times the usual. */
final class FuzzTries {
    static final int FACTOR = Integer.getInteger("mindful.tries", 1);

    private FuzzTries() {}
}
