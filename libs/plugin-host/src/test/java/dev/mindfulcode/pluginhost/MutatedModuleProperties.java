package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A module with some bytes changed, cut out or put in is refused with a reason, or runs within its limits. */
class MutatedModuleProperties {

    @Property(tries = 200)
    void rejectsOrContainsMutantsWhenInterpreted(@ForAll long seed) {
        for (int round = 0; round < FuzzTries.FACTOR; round++) {
            MutatedModule.refusedOrContained(mutant(seed + round), WasmEngine.INTERPRETED);
        }
    }

    @Property(tries = 40)
    void rejectsOrContainsMutantsWhenCompiled(@ForAll long seed) {
        for (int round = 0; round < FuzzTries.FACTOR; round++) {
            MutatedModule.refusedOrContained(mutant(seed + round), WasmEngine.COMPILED);
        }
    }

    /** Else the properties would hold of nothing but refusals, or of nothing but programs. */
    @Test
    void coversRunningAndRejectedMutants() {
        int ran = 0;
        for (int seed = 0; seed < 100; seed++) {
            ran += MutatedModule.refusedOrContained(mutant(seed), WasmEngine.INTERPRETED) ? 1 : 0;
        }
        assertThat(ran).isBetween(5, 95);
    }

    private static byte[] mutant(long seed) {
        Random random = new Random(seed);
        byte[] module = RandomPrograms.program(seed % 16);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(module.length);
            switch (random.nextInt(6)) {
                case 0 -> module[at] ^= (byte) (1 << random.nextInt(8));
                case 1, 2 -> module[at] = (byte) random.nextInt();
                case 3 -> module[at] += (byte) (random.nextBoolean() ? 1 : -1);
                case 4 -> module[at] = (byte) 0xFF;
                default ->
                    module = random.nextBoolean()
                            ? Arrays.copyOf(module, at)
                            : twice(module, at, Math.min(module.length, at + 1 + random.nextInt(16)));
            }
            if (module.length == 0) {
                return module;
            }
        }
        return module;
    }

    private static byte[] twice(byte[] module, int from, int to) {
        byte[] longer = Arrays.copyOf(module, module.length + to - from);
        System.arraycopy(module, from, longer, to, module.length - from);
        return longer;
    }
}
