package dev.mindfulcode.pluginhost;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Whatever the bytes: as a module they are refused with a reason, or run within their limits.
 *
 * <p>As a part of the tests this runs over the inputs kept under {@code src/test/resources}. To look for new ones, for a minute:
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl plugin-host test -Dtest='GuestModuleFuzzTest#module' -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * What it finds it leaves under {@code src/test/resources}, to be kept.
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
