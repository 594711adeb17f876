package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the costs in docs/plugin-abi.md to the unit, on each path through a function. */
class FuelPricesTest {
    private static final PluginLimits LIMITS = PluginLimits.standard().withFuelMax(1_000_000);
    private static final Set<Capability> CAPABILITIES = EnumSet.of(Capability.SESSION_EVENTS, Capability.EMIT_RESULTS);

    /** Entering the function, its answer and its end. */
    private static final long EMPTY = 2 + 1 + 1;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nop | 1",
                "i32.const 1 drop | 2",
                "global.get 0 drop | 2",
                "memory.size drop | 2",
                "table.size 0 drop | 2",
                "ref.func 2 drop | 2",
                "ref.null ref.is_null drop | 3",
                "i32.const 0 table.get 0 drop | 3",
                "i32.const 0 i32.load drop | 3",
                "i32.const 0 i32.const 0 i32.store | 3",
                "f32.const 1 i32.trunc_sat_f32_s drop | 3",
                "i32.const 1 i32.const 2 i32.const 3 select drop | 5",
                "data.drop 0 | 1",
                "elem.drop 0 | 1",
                "f32.const 1 f32.const 1 f32.mul drop | 4",
                "f64.const 1 f64.const 1 f64.add drop | 4",
            })
    void anInstructionIsAUnit(String code, long units) throws PluginRefusedException {
        assertThat(price(code)).isEqualTo(units);
    }

    @ParameterizedTest
    @CsvSource({
        "i32, div_s",
        "i32, div_u",
        "i32, rem_s",
        "i32, rem_u",
        "i64, div_s",
        "i64, div_u",
        "i64, rem_s",
        "i64, rem_u",
        "f32, div",
        "f64, div"
    })
    void divisionsAreEight(String type, String division) throws PluginRefusedException {
        assertThat(price(type + ".const 1 " + type + ".const 1 " + type + "." + division + " drop"))
                .isEqualTo(1 + 1 + 8 + 1);
    }

    @ParameterizedTest
    @CsvSource({"f32", "f64"})
    void squareRootsAreEight(String type) throws PluginRefusedException {
        assertThat(price(type + ".const 1 " + type + ".sqrt drop")).isEqualTo(1 + 8 + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "block nop end | 3",
                "block i32.const 1 br_if 0 nop nop end | 3",
                "block i32.const 0 br_if 0 nop nop end | 6",
                "block br 0 nop nop end | 2",
                "i32.const 1 if nop end | 4",
                "i32.const 0 if nop end | 2",
                "i32.const 1 if nop else nop nop end | 4",
                "i32.const 0 if nop else nop nop end | 5",
                "i32.const 1 if nop i32.const 0 return end | 3",
                "block block i32.const 0 br_table 0,1 end nop end | 6",
                "block block i32.const 1 br_table 0,1 end nop end | 4",
                "i32.const 0 return nop | 0",
                "loop nop end | 3",
                "loop local.get 2 i32.const 1 i32.add local.tee 2 i32.const 1 i32.lt_u br_if 0 end | 9",
                "loop local.get 2 i32.const 1 i32.add local.tee 2 i32.const 5 i32.lt_u br_if 0 end | 37",
                "loop block local.get 2 i32.const 3 i32.eq br_if 0"
                        + " local.get 2 i32.const 1 i32.add local.set 2 br 1 end end | 37",
            })
    void onlyTheWayThatIsTakenIsPaidFor(String code, long units) throws PluginRefusedException {
        assertThat(price(code)).isEqualTo(units);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "call 2 | 11",
                "call 3 | 12",
                "i32.const 0 call_indirect 0 | 20",
                "i32.const 1 memory.grow drop | 10002",
                "i32.const 1000 memory.grow drop | 10002",
                "ref.null i32.const 1 table.grow 0 drop | 10003",
                "i32.const 0 i32.const 0 i32.const 17 memory.copy | 6",
                "i32.const 0 i32.const 0 i32.const 17 memory.fill | 6",
                "i32.const 0 i32.const 0 i32.const 17 memory.init 0 | 6",
                "i32.const 0 i32.const 0 i32.const 2 table.copy | 6",
                "i32.const 0 ref.null i32.const 2 table.fill 0 | 6",
            })
    void callsGrowthAndBulkHaveTheirPrices(String code, long units) throws PluginRefusedException {
        assertThat(price(code)).isEqualTo(units);
    }

    /** With a current record of 48 bytes and a result of 11 bytes at address 100. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "i32.const 0 i32.const 48 call 0 drop | 25",
                "i32.const 0 i32.const 47 call 0 drop | 19",
                "i32.const 100 i32.const 11 call 1 drop | 30",
            })
    void importsArePaidForWithWhatTheyCopy(String code, long units) throws PluginRefusedException {
        assertThat(price(code)).isEqualTo(units);
    }

    private static long price(String code) throws PluginRefusedException {
        WasmBuilder wasm = WasmBuilder.plugin().memory(1, -1).table(4, -1).global("i32", "i32.const 0");
        int nothing = wasm.type("", "");
        assertThat(nothing).isZero();
        wasm.importing(Capability.SESSION_EVENTS);
        wasm.importing(Capability.EMIT_RESULTS);
        int empty = wasm.function("", "", "", "");
        wasm.function("", "", "i64*14", "");
        wasm.elements(0, empty).passiveData(new byte[32]).data(100, "{\"key\":\"k\"}");
        wasm.onRecord("i32", code + " i32.const 0");
        Guest guest = GuestModule.load(wasm.bytes(), CAPABILITIES, LIMITS, WasmEngine.COMPILED)
                .guest();

        assertThat(guest.onRecord(Capability.SESSION_EVENTS, new byte[48])).isZero();
        return guest.fuelUsed() - EMPTY;
    }
}
