package dev.mindfulcode.benchmarks;

import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Outcome;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.pluginhost.PluginRun;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of metering: the same kernels with limits on fuel, depth and NaN on the host's thread, and the unmodified module
 * compiled by the same runtime and called directly. Source of the kernels: tools/benchmarks/src/main/assemblyscript.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC"})
public class PluginBenchmark {
    private static final PluginLimits LIMITS =
            PluginLimits.standard().withFuelMax(1L << 60).withMillisMax(60_000, 60_000);

    @Param({"SIEVE", "DEVIATION", "FIBONACCI"})
    public Kernel kernel = Kernel.SIEVE;

    private final PluginHost host = new PluginHost(LIMITS);
    private final PluginRun metered = metered(host);
    private final ExportFunction floor = floorOf(Parser.parse(kernels()));

    /** A kernel and its repetitions per call: some milliseconds, so that switching threads does not count. */
    public enum Kernel {
        SIEVE(20),
        DEVIATION(200),
        FIBONACCI(100);

        final int rounds;

        Kernel(int rounds) {
            this.rounds = rounds;
        }
    }

    @TearDown
    public void close() {
        metered.close();
        host.close();
    }

    @Benchmark
    public Outcome metered() {
        Outcome outcome = metered.window(kernel.ordinal(), kernel.rounds).join();
        if (!(outcome instanceof Outcome.Ok)) {
            throw new IllegalStateException(outcome.toString());
        }
        return outcome;
    }

    @Benchmark
    public long[] floor() {
        return floor.apply(kernel.ordinal(), kernel.rounds);
    }

    private static PluginRun metered(PluginHost host) {
        Manifest manifest = new Manifest("kernels", "1.0.0", Manifest.Scope.USER, Set.of(), null, null, null);
        try {
            return host.load(manifest, kernels(), Set.of()).open(0, 1);
        } catch (PluginRefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ExportFunction floorOf(WasmModule module) {
        return Instance.builder(module)
                .withMachineFactory(MachineFactoryCompiler.compile(module))
                .withMemoryFactory(ByteArrayMemory::new)
                .build()
                .export("on_window");
    }

    private static byte[] kernels() {
        try (InputStream in = PluginBenchmark.class.getResourceAsStream("kernels.wasm")) {
            return Objects.requireNonNull(in, "kernels.wasm").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
