package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Modules as large as they may be, each of a shape that some part of loading finds hard. */
class LoadTimeTest {

    /** Four seconds and 270 MB were seen on two cores without the second compiler; a machine under load has more. */
    private static final Duration TIME_MAX = Duration.ofSeconds(30);

    private static final long HEAP_BYTES_MAX = 600L << 20;

    enum Shape {
        MANY_SMALL_FUNCTIONS("", "local.get 0 i32.const 7 i32.add drop ", 12),
        BLOCKS("", "block end ", 2_500),
        BRANCHES("", "local.get 0 br_if 0 ", 1_900),
        BRANCHES_OVER_MANY_LOCALS("i64*1000", "local.get 0 br_if 0 ", 1_900),
        BLOCKS_OVER_MANY_LOCALS("i64*1000", "block end ", 2_500),
        BRANCHES_OVER_A_HIGH_STACK("", "local.get 0 br_if 0 ", 1_500),
        LOOPS_OVER_MANY_LOCALS("i64*1000", "loop local.get 0 br_if 0 end ", 900),
        CALLS("", "call 0 ", 1_000),
        CALLS_OVER_A_HIGH_STACK("", "call 0 ", 700),
        ARITHMETIC("f64", "local.get 1 local.get 1 f64.add local.set 1 ", 1_100),
        MANY_LOCALS_WITHIN_THE_SLOTS("i64*1000", "local.get 0 br_if 0 ", 58, 32),
        HIGH_STACKS_WITHIN_THE_SLOTS("", "local.get 0 br_if 0 ", 42, 84),
        CONVERSIONS("", "local.get 0 f32.convert_i32_s f64.promote_f32 drop ", 1_500);

        private final String locals;
        private final String piece;
        private final int pieces;
        private final int functionsMax;

        Shape(String locals, String piece, int pieces) {
            this(locals, piece, pieces, 4_000);
        }

        Shape(String locals, String piece, int pieces, int functionsMax) {
            this.locals = locals;
            this.piece = piece;
            this.pieces = pieces;
            this.functionsMax = functionsMax;
        }

        byte[] module(int bytesMax) {
            WasmBuilder wasm = WasmBuilder.plugin();
            int operands = name().contains("HIGH_STACK") ? 500 : 0;
            ModuleWriter code = WasmText.code(
                    "i32.const 0 ".repeat(operands) + piece.repeat(pieces) + "drop ".repeat(operands) + "end");
            wasm.function("", "", "", "");
            int bytes = 1_000;
            for (int i = 0; i < functionsMax && bytes + code.length() < bytesMax; i++) {
                wasm.function("i32", "", locals, code);
                bytes += code.length() + 12;
            }
            return wasm.bytes();
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aModuleAtTheLimitIsLoadedOrRefusedInTime(Shape shape) {
        PluginLimits limits = PluginLimits.standard();
        byte[] module = shape.module(limits.module().moduleBytesMax());
        System.gc();
        heap().forEach(MemoryPoolMXBean::resetPeakUsage);
        long startCpuNs = cpuNs();
        String end = "loaded";
        try (PluginHost host = new PluginHost(limits)) {
            host.load(new Manifest("a", "1.0.0", Manifest.Scope.USER, Set.of(), null, null, null), module, Set.of());
        } catch (PluginRefusedException e) {
            assertThat(e.reason()).isEqualTo(PluginRefusedException.Reason.TOO_LARGE);
            end = e.getMessage();
        }
        Duration took = Duration.ofNanos(cpuNs() - startCpuNs);
        long heapBytes = heap().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();

        String figures = "%d bytes, %d ms, %d MB: %s".formatted(module.length, took.toMillis(), heapBytes >> 20, end);
        assertThat(took).as(figures).isLessThan(TIME_MAX);
        assertThat(heapBytes).as(figures).isLessThan(HEAP_BYTES_MAX);
    }

    /** Processor time, which does not depend on other load of the machine. */
    private static long cpuNs() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static java.util.stream.Stream<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP);
    }
}
