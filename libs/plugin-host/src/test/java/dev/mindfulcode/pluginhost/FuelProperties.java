package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import com.dylibso.chicory.runtime.Instance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Same module, same input, same budget: the same end, at the same instruction, whichever way it is run. */
class FuelProperties {
    private static final int RECORDS = 3;

    /** All that a guest can have done. */
    private record End(
            String how,
            long fuelLeft,
            long depth,
            int memoryHash,
            int pages,
            List<Long> globals,
            List<Integer> table) {}

    @Property(tries = 60)
    void interpreterAndCompilerStopAtSamePoint(@ForAll long seed) throws PluginRefusedException {
        for (int round = 0; round < FuzzTries.FACTOR; round++) {
            byte[] program = RandomPrograms.program(seed + round);
            for (long budget : new long[] {300, 40_000}) {
                PluginLimits limits = PluginLimits.standard().withFuelMax(budget);
                assertThat(run(program, limits, WasmEngine.COMPILED))
                        .as("seed %d, budget %d", seed + round, budget)
                        .isEqualTo(run(program, limits, WasmEngine.INTERPRETED));
            }
        }
    }

    /** Found by a property: the interpreter took the other arm after a product of more than 32 bits. */
    @Test
    void productOfMoreThan32BitsIsZeroToAnIf() throws PluginRefusedException {
        byte[] program = WasmBuilder.plugin()
                .onRecord("", "i32.const 65536 i32.const 65536 i32.mul if:i32 i32.const 0 else i32.const 1 end")
                .bytes();

        Guest guest =
                load(program, PluginLimits.standard(), WasmEngine.COMPILED).guest();

        assertThat(guest.onRecord(Capability.FLOW_ANALYSIS, new byte[0])).isOne();
    }

    /** Budgets around the price: to the unit, one less stops it. */
    @Property(tries = 15)
    void reportedFuelIsExactlySufficient(@ForAll long seed) throws PluginRefusedException {
        byte[] program = RandomPrograms.program(seed);
        PluginLimits plenty = PluginLimits.standard().withFuelMax(1_000_000);
        Guest guest = load(program, plenty, WasmEngine.COMPILED).guest();
        try {
            guest.onRecord(Capability.FLOW_ANALYSIS, new byte[5]);
        } catch (Guest.StoppedException _) {
            return;
        }
        long used = guest.fuelUsed();

        assertThat(run(program, plenty.withFuelMax(used), WasmEngine.COMPILED, 1)
                        .how())
                .doesNotContain("OutOfFuel");
        assertThat(run(program, plenty.withFuelMax(used - 1), WasmEngine.COMPILED, 1)
                        .how())
                .contains("OutOfFuel");
        assertThat(run(program, plenty.withFuelMax(used - 1), WasmEngine.INTERPRETED, 1)
                        .how())
                .contains("OutOfFuel");
    }

    @Test
    void randomProgramsCoverManyOutcomes() throws PluginRefusedException {
        Map<String, Integer> ends = new HashMap<>();
        for (int seed = 0; seed < 60; seed++) {
            End end =
                    run(RandomPrograms.program(seed), PluginLimits.standard().withFuelMax(40_000), WasmEngine.COMPILED);
            ends.merge(end.how(), 1, Integer::sum);
        }
        assertThat(ends.keySet().toString())
                .contains("OutOfFuel", "MEMORY_BOUNDS", "CALL_DEPTH", "ARITHMETIC", "0, 0, 0");
    }

    private static End run(byte[] program, PluginLimits limits, WasmEngine engine) throws PluginRefusedException {
        return run(program, limits, engine, RECORDS);
    }

    private static End run(byte[] program, PluginLimits limits, WasmEngine engine, int records)
            throws PluginRefusedException {
        Guest guest = load(program, limits, engine).guest();
        List<String> how = new ArrayList<>();
        try {
            for (int i = 0; i < records; i++) {
                how.add(Integer.toString(guest.onRecord(Capability.FLOW_ANALYSIS, new byte[5 + i])));
            }
        } catch (Guest.StoppedException e) {
            how.add(e.stop.toString());
        }
        Instance instance = guest.instance();
        List<Long> globals = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            globals.add(instance.global(i).getValue());
        }
        List<Integer> table = new ArrayList<>();
        for (int i = 0; i < instance.table(0).size(); i++) {
            table.add(instance.table(0).ref(i));
        }
        int pages = instance.memory().pages();
        return new End(
                how.toString(),
                limits.call().fuelMax() - guest.fuelUsed(),
                instance.global(5).getValue(),
                Arrays.hashCode(instance.memory().readBytes(0, pages * 65_536)),
                pages,
                globals,
                table);
    }

    private static GuestModule load(byte[] program, PluginLimits limits, WasmEngine engine)
            throws PluginRefusedException {
        return GuestModule.load(program, EnumSet.noneOf(Capability.class), limits, engine);
    }
}
