package dev.mindfulcode.pluginhost;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Any bytes are rejected as a module with a reason, or run within their limits.
 *
 * <p>In the test suite this runs over the inputs under {@code src/test/resources}. To search for new ones for a minute:
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl libs/plugin-host test -Dtest='GuestModuleFuzzTest#module' \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * New findings are written to {@code src/test/resources}; commit them.
 */
class GuestModuleFuzzTest {

    @FuzzTest(maxDuration = "1m")
    void module(byte[] bytes) {
        MutatedModule.refusedOrContained(bytes, WasmEngine.INTERPRETED);
    }

    /** The bytes are laid over a program that runs, so that most inputs get past the head: two for where, then what. */
    @FuzzTest(maxDuration = "1m")
    void mutated(byte[] bytes) {
        byte[] module = RandomPrograms.program(bytes.length % 8);
        int at = bytes.length < 2 ? 0 : ((bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF) % module.length;
        for (int i = 2; i < bytes.length; i++) {
            module[(at + i - 2) % module.length] = bytes[i];
        }
        MutatedModule.refusedOrContained(module, WasmEngine.INTERPRETED);
    }
}
