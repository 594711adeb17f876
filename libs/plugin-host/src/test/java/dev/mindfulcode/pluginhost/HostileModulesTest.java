package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.pluginhost.Outcome.BadOutput;
import dev.mindfulcode.pluginhost.Outcome.OutOfFuel;
import dev.mindfulcode.pluginhost.Outcome.TimedOut;
import dev.mindfulcode.pluginhost.Outcome.Trap;
import dev.mindfulcode.pluginhost.Outcome.Trapped;
import dev.mindfulcode.pluginhost.Outcome.Where;
import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules that mean harm, each with the end it must come to. */
class HostileModulesTest {
    private static final PluginLimits LIMITS = PluginLimits.standard().withFuelMax(5_000_000);
    private static final Where RECORD = new Where("on_record", 0);
    private static final Manifest MANIFEST = new Manifest(
            "hostile",
            "1.0.0",
            Manifest.Scope.USER,
            Set.of(Capability.SESSION_EVENTS, Capability.EMIT_RESULTS),
            null,
            null,
            null);

    private PluginHost host = new PluginHost(LIMITS);

    @AfterEach
    void close() {
        host.close();
    }

    private void with(PluginLimits limits) {
        host.close();
        host = new PluginHost(limits);
    }

    // What runs.

    @Test
    void infiniteLoopRunsOutOfFuel() throws Exception {
        assertThat(record("", "loop br 0 end i32.const 0")).isEqualTo(new OutOfFuel(RECORD, 5_000_000));
    }

    @Test
    void interruptsEmptyInfiniteLoop() throws Exception {
        with(PluginLimits.standard().withFuelMax(Long.MAX_VALUE / 2).withMillisMax(200, 1_000));

        assertThat(record("", "loop br 0 end i32.const 0")).isEqualTo(new TimedOut(RECORD, 200));
    }

    @Test
    void interruptsInfiniteMemoryCopyLoop() throws Exception {
        with(PluginLimits.standard().withFuelMax(Long.MAX_VALUE / 2).withMillisMax(200, 1_000));

        assertThat(record("", "loop i32.const 0 i32.const 1 i32.const 65535 memory.fill br 0 end i32.const 0"))
                .isEqualTo(new TimedOut(RECORD, 200));
    }

    @Test
    void deepRecursionTrapsAtCallDepth() throws Exception {
        assertThat(record("", "local.get 0 local.get 1 call 1")).isEqualTo(new Trapped(RECORD, Trap.CALL_DEPTH));
    }

    /** The largest frames that the limits allow, as deep as they allow: the thread's stack must hold them. */
    @Test
    void recursionWithLargestFramesTrapsAtCallDepth() throws Exception {
        StringBuilder code = new StringBuilder("local.get 0 local.get 1 call 1 i64.extend_i32_s drop ");
        for (int i = 0; i < 500; i++) {
            code.append("local.get 5 ");
        }
        code.append("local.get 0 local.get 1 call 1 drop ");
        code.append("i64.add ".repeat(499)).append("i32.wrap_i64");

        assertThat(record("i64*1000", code.toString())).isEqualTo(new Trapped(RECORD, Trap.CALL_DEPTH));
    }

    @Test
    void recursionThroughTableTrapsAtCallDepth() throws Exception {
        WasmBuilder wasm = wasm().table(4, 4).elements(0, 1);
        wasm.onRecord("", "local.get 0 local.get 1 i32.const 0 call_indirect " + wasm.type("i32 i32", "i32"));

        assertThat(run(wasm)).isEqualTo(new Trapped(RECORD, Trap.CALL_DEPTH));
    }

    /** The depth must be back after each call, or a long loop of short calls would end as a deep recursion. */
    @Test
    void sequentialCallsDoNotAddDepth() throws Exception {
        WasmBuilder wasm = wasm();
        int inner = wasm.function("", "", "", "");
        int outer = wasm.function("", "", "", "call " + inner);
        wasm.onRecord(
                "i32",
                "loop call " + outer
                        + " local.get 2 i32.const 1 i32.add local.tee 2 i32.const 10000 i32.lt_u br_if 0 end"
                        + " i32.const 0");

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    /** Each exit of a function stores the fuel, with any operands on the stack. */
    @Test
    void countsFuelOnEveryExitPath() throws Exception {
        for (String out :
                new String[] {"", "return", "br 0", "i32.const 0 br_if 0", "i32.const 1 br_table 0,0", "block br 1 end"
                }) {
            WasmBuilder wasm = wasm();
            int none = wasm.function("", "", "", out);
            int two = wasm.function(
                    "", "i32 f64", "", "i32.const 1 f64.const 2 " + (out.contains("block") ? "return" : out));
            wasm.onRecord("", "loop call " + none + " call " + two + " drop drop br 0 end i32.const 0");

            assertThat(run(wasm)).as(out).isEqualTo(new OutOfFuel(RECORD, 5_000_000));
        }
    }

    @Test
    void memoryGrowsUpToLimit() throws Exception {
        WasmBuilder wasm = wasm().memory(1, -1);
        wasm.onRecord(
                "",
                "block i32.const 255 memory.grow i32.const 1 i32.ne br_if 0"
                        + " i32.const 1 memory.grow i32.const -1 i32.ne br_if 0"
                        + " i32.const -1 memory.grow i32.const -1 i32.ne br_if 0"
                        + " memory.size i32.const 256 i32.ne br_if 0 i32.const 0 return end i32.const 1");

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    @Test
    void endlessGrowthRunsOutOfFuel() throws Exception {
        assertThat(record("", "loop i32.const 1 memory.grow drop br 0 end i32.const 0"))
                .isEqualTo(new OutOfFuel(RECORD, 5_000_000));
    }

    @Test
    void tableGrowsUpToLimit() throws Exception {
        WasmBuilder wasm = wasm().table(1, 4_000_000_000L);
        wasm.onRecord(
                "",
                "block ref.null i32.const 9999 table.grow 0 i32.const 1 i32.ne br_if 0"
                        + " ref.null i32.const 1 table.grow 0 i32.const -1 i32.ne br_if 0"
                        + " ref.null i32.const 0x7fffffff table.grow 0 i32.const -1 i32.ne br_if 0"
                        + " ref.null i32.const -1 table.grow 0 i32.const -1 i32.ne br_if 0"
                        + " table.size 0 i32.const 10000 i32.ne br_if 0 i32.const 0 return end i32.const 1");

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i32.const 0 i32.const 1 i32.const -1 memory.copy",
                "i32.const 0 i32.const 1 i32.const -1 memory.fill",
                "i32.const 0 i32.const 1 i32.const 0x7fffffff memory.copy",
                "i32.const 0 ref.null i32.const -1 table.fill 0",
                "i32.const 0 i32.const 0 i32.const -1 memory.init 0",
                "i32.const 0 i32.const 0 i32.const -1 table.copy",
                "i32.const 0 i32.const 0 i32.const -1 table.init 0"
            })
    void aBulkInstructionPaysForItsLengthBeforeItRuns(String bulk) throws Exception {
        WasmBuilder wasm = wasm().table(1, 1).elements(0, 0).passiveData(new byte[1]);
        wasm.onRecord("", bulk + " i32.const 0");

        assertThat(run(wasm)).isEqualTo(new OutOfFuel(RECORD, 5_000_000));
    }

    @Test
    void overlongBulkInstructionTraps() throws Exception {
        with(PluginLimits.standard().withFuelMax(Long.MAX_VALUE / 2));

        assertThat(record("", "i32.const 60000 i32.const 1 i32.const -1 memory.fill i32.const 0"))
                .isInstanceOf(Trapped.class);
        assertThat(record("", "i32.const 60000 i32.const 1 i32.const 0x7fffffff memory.copy i32.const 0"))
                .isInstanceOf(Trapped.class);
    }

    @Test
    void reportsKindOfTrap() throws Exception {
        assertThat(record("", "unreachable")).isEqualTo(new Trapped(RECORD, Trap.UNREACHABLE));
        assertThat(record("", "i32.const 1 i32.const 0 i32.div_s")).isEqualTo(new Trapped(RECORD, Trap.ARITHMETIC));
        assertThat(record("", "i32.const 0x10000 i32.load")).isEqualTo(new Trapped(RECORD, Trap.MEMORY_BOUNDS));
        assertThat(record("", "i32.const -1 i32.load")).isEqualTo(new Trapped(RECORD, Trap.MEMORY_BOUNDS));
        for (long offset : new long[] {0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL}) {
            for (int address : new int[] {1, 100, Integer.MAX_VALUE, -1}) {
                assertThat(record("", "i32.const " + address + " i32.load+" + offset))
                        .isEqualTo(new Trapped(RECORD, Trap.MEMORY_BOUNDS));
            }
        }
    }

    @Test
    void reportsInvalidIndirectCalls() throws Exception {
        for (int entry : new int[] {0, 1, 2, 3, Integer.MAX_VALUE, -1}) {
            WasmBuilder wasm = wasm().table(3, 3);
            int other = wasm.function("i64", "i64", "", "local.get 0");
            int own = wasm.function("i32 i32", "i32", "", "i32.const 0");
            wasm.elements(0, other).elements(1, own);
            wasm.onRecord(
                    "", "local.get 0 local.get 1 i32.const " + entry + " call_indirect " + wasm.type("i32 i32", "i32"));

            Outcome outcome = run(wasm);

            if (entry == 1) {
                assertThat(outcome).isInstanceOf(Outcome.Ok.class);
            } else {
                assertThat(outcome).as("entry " + entry).isEqualTo(new Trapped(RECORD, Trap.INDIRECT_CALL));
            }
        }
    }

    @Test
    void stopsLoopingStartFunction() throws Exception {
        WasmBuilder wasm = wasm();
        wasm.start(wasm.function("", "", "", "loop br 0 end"));

        assertThat(run(wasm)).isEqualTo(new OutOfFuel(new Where("start", -1), 5_000_000));
    }

    @Test
    void runsStartFunctionBeforeInit() throws Exception {
        WasmBuilder wasm = wasm().global("i32", "i32.const 1");
        wasm.start(wasm.function("", "", "", "i32.const 0 global.set 0"));
        wasm.export("init", wasm.function("i32 i32 i64 i64", "i32", "", "global.get 0"));

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    /** The runtime would call an export of this name by itself, before fuel is given. */
    @Test
    void doesNotCallExportNamedStart() throws Exception {
        WasmBuilder wasm = wasm();
        wasm.export("_start", wasm.function("", "", "", "unreachable"));

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    @Test
    void tooManyResultsAreBadOutput() throws Exception {
        String result = "{\"key\":\"a\"}";
        WasmBuilder wasm = emitting(result);
        wasm.onRecord("", "loop i32.const 0 i32.const " + result.length() + " call 0 drop br 0 end i32.const 0");

        assertThat(run(wasm)).isEqualTo(new BadOutput(RECORD, "more than 100 results in one call"));
    }

    @Test
    void tooManyResultBytesAreBadOutput() throws Exception {
        String result = "{\"key\":\"a\",\"b\":\"" + "x".repeat(16_000) + "\"}";
        WasmBuilder wasm = emitting(result);
        wasm.onRecord(
                "i32", ("i32.const 0 i32.const " + result.length() + " call 0 drop ").repeat(90) + " i32.const 0");

        assertThat(run(wasm, 3))
                .isEqualTo(new BadOutput(new Where("on_record", 2), "more than 4194304 bytes of results in one batch"));
    }

    @Test
    void acceptsOutputUpToLimits() throws Exception {
        assertThat(run(emitting("{\"key\":\"a\"}", 100), 1)).isInstanceOf(Outcome.Ok.class);
        assertThat(run(emitting("{\"key\":\"a\"}", 101), 1))
                .isEqualTo(new BadOutput(RECORD, "more than 100 results in one call"));

        String longest = "{\"key\":\"a\",\"b\":\"" + "x".repeat(16 * 1024 - 18) + "\"}";
        assertThat(longest).hasSize(16 * 1024);
        assertThat(run(emitting(longest, 1), 1)).isInstanceOf(Outcome.Ok.class);
        assertThat(run(emitting(longest + " ", 1), 1))
                .isEqualTo(new BadOutput(RECORD, "a result of more than 16384 bytes"));
        assertThat(run(emitting(longest, 64), 4)).as("4 MiB").isInstanceOf(Outcome.Ok.class);
        assertThat(run(emitting(longest, 64), 5))
                .isEqualTo(new BadOutput(new Where("on_record", 4), "more than 4194304 bytes of results in one batch"));

        String key = "{\"key\":\"" + "k".repeat(128) + "\"}";
        assertThat(run(emitting(key, 1), 1)).isInstanceOf(Outcome.Ok.class);
        assertThat(run(emitting(key.replace("kk\"", "kkk\""), 1), 1))
                .isEqualTo(new BadOutput(RECORD, "a result without a key of 1 to 128 characters"));
    }

    @Test
    void limitsFuelPerCallAndOutputPerBatch() throws Exception {
        String result = "{\"key\":\"a\",\"b\":\"" + "x".repeat(16_000) + "\"}";
        Plugin plugin = host.load(MANIFEST, emitting(result, 64).bytes(), MANIFEST.capabilities());
        PluginRecord event = new PluginRecord.SessionEvent(new UUID(1, 2), 3, 0, 1, 0, 0);
        try (PluginRun run = plugin.open(0, 1)) {
            for (int batch = 0; batch < 3; batch++) {
                assertThat(run.fold(Collections.nCopies(4, event)).get()).isInstanceOf(Outcome.Ok.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"key\":\"\"}", "{\"key\":1}", "[]", "{\"key\":\"a\"", "{\"key\":\"\\u0000\"}"})
    void rubbishIsBadOutput(String rubbish) throws Exception {
        WasmBuilder wasm = emitting(rubbish);
        wasm.onRecord("", "i32.const 0 i32.const " + rubbish.length() + " call 0");

        assertThat(run(wasm)).isInstanceOf(BadOutput.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i32.const 65530 i32.const 100",
                "i32.const -1 i32.const 1",
                "i32.const 0x7fffffff i32.const 16000",
                "i32.const 0 i32.const -1",
                "i32.const 0 i32.const 0x7fffffff",
                "i32.const 1 i32.const 2"
            })
    void aResultThatIsElsewhereOrNotTextIsBadOutput(String where) throws Exception {
        WasmBuilder wasm = emitting("{\u00ff\u00ff}");
        wasm.onRecord("", where + " call 0");

        assertThat(run(wasm)).isInstanceOf(BadOutput.class);
    }

    @Test
    void recordCopyOutOfBoundsTraps() throws Exception {
        WasmBuilder wasm = wasm();
        wasm.onRecord("", "i32.const 65520 i32.const 1000 call 0");

        assertThat(run(wasm)).isEqualTo(new Trapped(RECORD, Trap.MEMORY_BOUNDS));
    }

    @Test
    void endlessRecordCopyRunsOutOfFuel() throws Exception {
        WasmBuilder wasm = wasm();
        wasm.onRecord("", "loop i32.const 0 i32.const 1000 call 0 drop br 0 end i32.const 0");

        assertThat(run(wasm)).isEqualTo(new OutOfFuel(RECORD, 5_000_000));
    }

    @Test
    void canonicalizesNaN() throws Exception {
        // 0/0 with either sign, the square root of -1, and a signalling NaN with a payload that is added to: all
        // canonical.
        WasmBuilder wasm = wasm();
        wasm.onRecord(
                "",
                "block f64.const 0 f64.const 0 f64.div i64.reinterpret_f64 i64.const 0x7ff8000000000000 i64.ne br_if 0"
                        + " f64.const -1 f64.sqrt i64.reinterpret_f64 i64.const 0x7ff8000000000000 i64.ne br_if 0"
                        + " i64.const -4503599627370495 f64.reinterpret_i64 f64.const 1 f64.add i64.reinterpret_f64"
                        + " i64.const 0x7ff8000000000000 i64.ne br_if 0"
                        + " i32.const 0x7fa00001 f32.reinterpret_i32 f64.promote_f32 i64.reinterpret_f64"
                        + " i64.const 0x7ff8000000000000 i64.ne br_if 0"
                        + " i32.const 0x7fa00001 f32.reinterpret_i32 f32.const 1 f32.max i32.reinterpret_f32"
                        + " i32.const 0x7fc00000 i32.ne br_if 0"
                        // What only moves a NaN leaves it alone.
                        + " i32.const 0x7fa00001 f32.reinterpret_i32 f32.neg i32.reinterpret_f32"
                        + " i32.const -6291455 i32.ne br_if 0"
                        + " i32.const 0 return end i32.const 1");

        assertThat(run(wasm)).isInstanceOf(Outcome.Ok.class);
    }

    // What is not even loaded.

    @Test
    void namesImportThatIsNotGranted() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.KEYSTROKE_INTERVALS);

        assertRefused(wasm.bytes(), Reason.IMPORT_NOT_GRANTED, "mindful.keystroke_intervals");
    }

    @Test
    void grantsOnlyCapabilitiesOfManifest() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.KEYSTROKE_INTERVALS);

        assertThatThrownBy(() -> host.load(MANIFEST, wasm.bytes(), EnumSet.allOf(Capability.class)))
                .isInstanceOfSatisfying(
                        PluginRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.IMPORT_NOT_GRANTED))
                .hasMessageContaining("mindful.keystroke_intervals");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wasi_snapshot_preview1 fd_write",
                "env abort",
                "mindful open_socket",
                "mindful EMIT_RESULTS",
                "mindful ",
                "env x\ny"
            })
    void anImportThatDoesNotExistIsNamed(String name) {
        String[] parts = name.split(" ", 2);
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(parts[0], parts[1], "i32 i32", "i32");

        assertRefused(wasm.bytes(), Reason.IMPORT_UNKNOWN, parts[0] + "." + parts[1].replace('\n', '?'));
    }

    @Test
    void rejectsImportOfOtherType() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing("mindful", "emit_results", "i32 i64", "i32");

        assertRefused(wasm.bytes(), Reason.IMPORT_UNKNOWN, "must be (i32, i32) -> (i32)");
    }

    @Test
    void rejectsImportedMemory() {
        assertRefused(
                WasmBuilder.plugin().importingMemory("env", "memory").bytes(), Reason.IMPORT_UNKNOWN, "env.memory");
    }

    @Test
    void rejectsExportOfOtherType() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.export("result", wasm.function("", "i32", "", "i32.const 0"));

        assertRefused(wasm.bytes(), Reason.EXPORT_MISSING, "result () -> (i64), not () -> (i32)");
    }

    @Test
    void rejectsTooMuchMemory() {
        assertRefused(WasmBuilder.plugin().memory(257, -1).bytes(), Reason.TOO_LARGE, "memory pages");
        assertRefused(WasmBuilder.plugin().memory(4_294_967_295L, -1).bytes(), Reason.TOO_LARGE, "memory pages");
    }

    @Test
    void rejectsTooLargeTable() {
        assertRefused(WasmBuilder.plugin().table(10_001, -1).bytes(), Reason.TOO_LARGE, "table entries");
    }

    @Test
    void rejectsHugeDataSegments() {
        byte[] module = WasmBuilder.plugin().data(0, new byte[600_000]).bytes();

        assertRefused(module, Reason.TOO_LARGE, "The module has");
        WasmBuilder claiming = WasmBuilder.plugin().data(0, "x");
        byte[] lying = claiming.bytes();
        // The last segment's length, as if four gigabytes followed.
        ModuleWriter out = new ModuleWriter().copy(lying, 0, lying.length - 2 - 7);
        out.u8(11)
                .u32(11)
                .u32(1)
                .u8(0)
                .append(WasmText.code("i32.const 0 end"))
                .u32(0xFFFF_FFFFL)
                .u8('x');
        assertRefused(out.toByteArray(), Reason.TOO_LARGE, "bytes of data segments");
    }

    @Test
    void rejectsDataBeyondMemory() {
        assertRefused(WasmBuilder.plugin().data(65_535, "xy").bytes(), Reason.NOT_INSTANTIABLE, "do not fit");
        assertRefused(WasmBuilder.plugin().data(-1, "x").bytes(), Reason.NOT_INSTANTIABLE, "do not fit");
    }

    @Test
    void rejectsHugeNumberOfLocals() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("", "", "i64*4294967295", "");

        assertRefused(wasm.bytes(), Reason.TOO_LARGE, "locals");
    }

    @Test
    void rejectsHighOperandStack() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("", "", "", "i32.const 0 ".repeat(600) + "drop ".repeat(600));

        assertRefused(wasm.bytes(), Reason.TOO_LARGE, "operand stack of 600");
    }

    @Test
    void rejectsDeepNesting() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("", "", "", "block ".repeat(10_000) + "end ".repeat(10_000));

        assertRefused(wasm.bytes(), Reason.TOO_LARGE, "nested");
    }

    @Test
    void rejectsHugeBranchTable() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function(
                "",
                "",
                "",
                new ModuleWriter()
                        .append(WasmText.code("i32.const 0"))
                        .u8(0x0E)
                        .u32(0xFFFF_FFFFL)
                        .u8(0));

        assertRefused(wasm.bytes(), Reason.TOO_LARGE, "targets of a branch table");
    }

    /** The meter's two globals stand behind the module's own; what named nothing before must name nothing now. */
    @ParameterizedTest
    @ValueSource(strings = {"global.get 1 drop", "i64.const 9000000 global.set 1", "i32.const 0 global.set 2"})
    void theMeterIsOutOfReach(String code) {
        WasmBuilder wasm = WasmBuilder.plugin().global("i64", "i64.const 0");
        wasm.function("", "", "", code);

        assertRefused(wasm.bytes(), Reason.INVALID, "global");
    }

    @Test
    void rejectsAccessToMeterLocals() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("i32", "", "i32", "local.get 2 drop");

        assertRefused(wasm.bytes(), Reason.INVALID, "local 2 is not one of 2");
    }

    @Test
    void rejectsModuleThatFailsTypeCheck() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("", "i32", "", "i64.const 0");

        assertRefused(wasm.bytes(), Reason.INVALID, "not valid");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x06, 0x12, 0x14, 0xFB, 0xFD, 0xFE, 0xFF})
    void proposalsThatAreNotSupportedAreRefused(int opcode) {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("", "", "", new ModuleWriter().u8(opcode).u8(0).u8(0x0B));

        assertRefused(wasm.bytes(), Reason.UNSUPPORTED, "Instruction 0x" + Integer.toHexString(opcode));
    }

    @Test
    void rejectsFunctionTooLargeForJvm() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.function("i32", "", "", "local.get 0 br_if 0 ".repeat(12_000));

        assertRefused(wasm.bytes(), Reason.TOO_LARGE, "too large to compile");
    }

    @Test
    void rejectsEveryPrefixOfModule() {
        byte[] module = RandomPrograms.program(1);
        for (int length = 0; length < module.length; length += 1 + length / 50) {
            byte[] prefix = Arrays.copyOf(module, length);
            assertThatThrownBy(() ->
                            GuestModule.load(prefix, EnumSet.noneOf(Capability.class), LIMITS, WasmEngine.INTERPRETED))
                    .isInstanceOf(PluginRefusedException.class);
        }
    }

    /** Records reach only who imports them; function 0 is the import. */
    private static WasmBuilder wasm() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.SESSION_EVENTS);
        return wasm;
    }

    private static WasmBuilder emitting(String result) {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.EMIT_RESULTS);
        wasm.importing(Capability.SESSION_EVENTS);
        return wasm.data(0, result.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** With each record, so many times. */
    private static WasmBuilder emitting(String result, int times) {
        WasmBuilder wasm = emitting(result);
        wasm.onRecord("", ("i32.const 0 i32.const " + result.length() + " call 0 drop ").repeat(times) + "i32.const 0");
        return wasm;
    }

    private Outcome record(String locals, String code) throws Exception {
        WasmBuilder wasm = wasm();
        wasm.onRecord(locals, code);
        return run(wasm);
    }

    private Outcome run(WasmBuilder wasm) throws Exception {
        return run(wasm, 1);
    }

    private Outcome run(WasmBuilder wasm, int records) throws Exception {
        Plugin plugin = host.load(MANIFEST, wasm.bytes(), MANIFEST.capabilities());
        PluginRecord event = new PluginRecord.SessionEvent(new UUID(1, 2), 3, 0, 1, 0, 0);
        try (PluginRun run = plugin.open(0, 1)) {
            return run.fold(Collections.nCopies(records, event)).get();
        }
    }

    private void assertRefused(byte[] module, Reason reason, String message) {
        assertThatThrownBy(() -> host.load(MANIFEST, module, MANIFEST.capabilities()))
                .isInstanceOfSatisfying(
                        PluginRefusedException.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.getMessage())
                                .isEqualTo(reason))
                .hasMessageContaining(message);
    }
}
