package dev.mindfulcode.pluginhost;

/** Factor for the tries of costly properties: {@code -Dmindful.tries=20} runs twenty times the default. */
final class FuzzTries {
    static final int FACTOR = Integer.getInteger("mindful.tries", 1);

    private FuzzTries() {}
}
