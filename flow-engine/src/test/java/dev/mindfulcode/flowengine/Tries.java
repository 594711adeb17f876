package dev.mindfulcode.flowengine;

/** Factor for the rounds of costly properties: 1, or 20 with {@code -Dmindful.full=true}. */
final class Tries {
    static final int FACTOR = Boolean.getBoolean("mindful.full") ? 20 : 1;

    private Tries() {}
}
