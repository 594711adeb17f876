package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.pluginhost.Outcome.Ok;
import dev.mindfulcode.pluginhost.Outcome.OutOfFuel;
import dev.mindfulcode.pluginhost.Outcome.TimedOut;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginRunTest {
    private static final Manifest MANIFEST = new Manifest(
            "counting",
            "1.0.0",
            Manifest.Scope.USER,
            Set.of(Capability.SESSION_EVENTS, Capability.KEYSTROKE_INTERVALS, Capability.EMIT_RESULTS),
            Manifest.Window.DAY,
            null,
            null);
    private static final PluginRecord EVENT = new PluginRecord.SessionEvent(new UUID(1, 2), 3, 0, 1, 0, 0);
    private static final PluginLimits LIMITS = PluginLimits.standard().withFuelMax(1_000_000);

    private PluginHost host = new PluginHost(LIMITS);

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void copiesRecordAndEmitsResult() throws Exception {
        // The first digit of the result is the kind of the session event, byte 24 of the record.
        String result = "{\"key\":\"k\",\"kind\":_}";
        WasmBuilder wasm = WasmBuilder.plugin();
        int event = wasm.importing(Capability.SESSION_EVENTS);
        int emit = wasm.importing(Capability.EMIT_RESULTS);
        wasm.data(1_000, result);
        wasm.onRecord(
                "",
                "i32.const 0 i32.const 48 call " + event + " i32.const 48 i32.ne if i32.const 9 return end"
                        + " i32.const " + (1_000 + result.indexOf('_'))
                        + " i32.const 0 i32.load8_u+24 i32.const 48 i32.add"
                        + " i32.store8 i32.const 1000 i32.const " + result.length() + " call " + emit);

        try (PluginRun run = load(wasm).open(0, 1)) {
            Ok ok = (Ok) run.fold(List.of(EVENT, new PluginRecord.SessionEvent(new UUID(1, 2), 3, 0, 5, 0, 0)))
                    .get();
            assertThat(ok.results())
                    .containsExactly(
                            new Outcome.Result("k", "{\"key\":\"k\",\"kind\":1}"),
                            new Outcome.Result("k", "{\"key\":\"k\",\"kind\":5}"));
            assertThat(ok.fuelUsed()).isBetween(60L, 300L);
            assertThat(((Ok) run.fold(List.of(EVENT)).get()).results()).hasSize(1);
        }
    }

    @Test
    void refusesRecordOfOtherKindAndSmallBuffer() throws Exception {
        WasmBuilder wasm = WasmBuilder.plugin();
        int event = wasm.importing(Capability.SESSION_EVENTS);
        int keystrokes = wasm.importing(Capability.KEYSTROKE_INTERVALS);
        wasm.onRecord(
                "",
                "block i32.const 0 i32.const 48 call " + keystrokes + " i32.const -1 i32.ne br_if 0"
                        + " i32.const 0 i32.const 47 call " + event + " i32.const 48 i32.ne br_if 0"
                        + " i32.const 0 i64.load i64.const 0 i64.ne br_if 0"
                        + " local.get 0 i32.const 2 i32.ne br_if 0 local.get 1 i32.const 48 i32.ne br_if 0"
                        + " i32.const 0 return end i32.const 1");

        assertThat(fold(load(wasm))).isInstanceOf(Ok.class);
    }

    @Test
    void passesVersionScopeAndRangeToInit() throws Exception {
        WasmBuilder wasm = counting();
        wasm.export(
                "init",
                wasm.function(
                        "i32 i32 i64 i64",
                        "i32",
                        "",
                        "local.get 0 i32.const 100 i32.mul local.get 1 i32.const 10 i32.mul i32.add"
                                + " local.get 2 i32.wrap_i64 i32.add local.get 3 i32.wrap_i64 i32.add"));
        try (PluginRun run = load(wasm).open(1_000, 20_000)) {
            assertThat(run.fold(List.of()).get())
                    .isEqualTo(new Outcome.Declined(new Outcome.Where("init", -1), 21_110));
        }
    }

    @Test
    void callsOnWindowAndResult() throws Exception {
        WasmBuilder wasm = counting().data(16, "{\"n\":1}");
        wasm.export(
                "on_window",
                wasm.function("i64 i64", "i32", "", "local.get 1 local.get 0 i64.sub i64.const 86400000 i64.ne"));
        wasm.export("result", wasm.function("", "i64", "", "i64.const 0x700000010"));
        try (PluginRun run = load(wasm).open(0, 1)) {
            assertThat(run.window(0, 86_400_000).get()).isInstanceOf(Ok.class);
            assertThat(((Ok) run.result().get()).results()).containsExactly(new Outcome.Result("", "{\"n\":1}"));
            assertThat(run.window(0, 1).get()).isEqualTo(new Outcome.Declined(new Outcome.Where("on_window", -1), 1));
        }
    }

    /** Memory, globals and the table of one run: the next finds them as the module declares them. */
    @Test
    void isolatesRunsOfOnePlugin() throws Exception {
        WasmBuilder wasm = WasmBuilder.plugin()
                .memory(1, 2)
                .table(1, 4)
                .global("i32", "i32.const 0")
                .data(8, "\u0001");
        wasm.importing(Capability.SESSION_EVENTS);
        wasm.onRecord(
                "",
                "block global.get 0 br_if 0 memory.size i32.const 1 i32.ne br_if 0"
                        + " table.size 0 i32.const 1 i32.ne br_if 0"
                        + " i32.const 0 i32.load br_if 0 i32.const 8 i32.load i32.const 1 i32.ne br_if 0"
                        + " i32.const 1 global.set 0 i32.const 1 memory.grow drop"
                        + " ref.null i32.const 3 table.grow 0 drop i32.const 0 i32.const 5 i32.store"
                        + " i32.const 8 i32.const 6 i32.store i32.const 0 return end i32.const 1");
        Plugin plugin = load(wasm);

        for (int i = 0; i < 3; i++) {
            assertThat(fold(plugin)).isInstanceOf(Ok.class);
        }
    }

    @Test
    void rejectsOverlongRecord() throws Exception {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.KEYSTROKE_INTERVALS);
        int longest = (256 * 1024 - PluginRecord.KEYSTROKES_HEAD_BYTES) / 5;
        try (PluginRun run = load(wasm).open(0, 1)) {
            assertThatThrownBy(() -> run.fold(List.of(keystrokes(longest + 1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("more than 262144 bytes");
            assertThat(run.fold(List.of(keystrokes(longest))).get()).isInstanceOf(Ok.class);
        }
    }

    private static PluginRecord keystrokes(int count) {
        return new PluginRecord.KeystrokeIntervals(
                new UUID(1, 2), 0, 0, 0, new int[count], new int[0], new byte[count], PluginRecord.Signals.NONE);
    }

    @Test
    void failedRunRepeatsItsFailure() throws Exception {
        Plugin plugin = load(looping());
        try (PluginRun run = plugin.open(0, 1)) {
            Outcome first = run.fold(List.of(EVENT)).get();
            assertThat(first).isInstanceOf(OutOfFuel.class);
            assertThat(run.fold(List.of()).get()).isEqualTo(first);
            assertThat(plugin.failuresInRow()).isEqualTo(1);
        }
    }

    @Test
    void disablesPluginAfterThreeFailuresInARow() throws Exception {
        WasmBuilder wasm = counting();
        wasm.onRecord("", "local.get 1 i32.const 48 i32.eq if loop br 0 end end i32.const 0");
        Plugin plugin = load(wasm);

        assertThat(fold(plugin)).isInstanceOf(OutOfFuel.class);
        assertThat(fold(plugin)).isInstanceOf(OutOfFuel.class);
        try (PluginRun run = plugin.open(0, 1)) {
            assertThat(run.fold(List.of()).get()).isInstanceOf(Ok.class);
        }
        assertThat(plugin.failuresInRow()).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(plugin.disabled()).isFalse();
            assertThat(fold(plugin)).isInstanceOf(OutOfFuel.class);
        }
        assertThat(plugin.disabled()).isTrue();
        assertThat(fold(plugin)).isEqualTo(new Outcome.Disabled(3));
        plugin.enable();
        assertThat(fold(plugin)).isInstanceOf(OutOfFuel.class);
    }

    /** The interrupt that stopped one guest must not stop the next on the same thread. */
    @Test
    void interruptDoesNotLeakToNextGuest() throws Exception {
        PluginLimits limits = PluginLimits.standard()
                .withFuelMax(Long.MAX_VALUE / 2)
                .withMillisMax(50, 1_000)
                .withHost(new PluginLimits.HostLimits(1, 8, 8));
        host.close();
        host = new PluginHost(limits);
        Plugin looping = load(looping());
        Plugin counting = load(counting());

        for (int i = 0; i < 2; i++) {
            assertThat(fold(looping)).isInstanceOf(TimedOut.class);
            assertThat(fold(counting)).isInstanceOf(Ok.class);
        }
    }

    @Test
    void limitsTimeOfBatch() throws Exception {
        host.close();
        host = new PluginHost(
                PluginLimits.standard().withFuelMax(Long.MAX_VALUE / 2).withMillisMax(100, 60));

        assertThat(fold(load(looping()))).isEqualTo(new TimedOut(new Outcome.Where("on_record", 0), 60));
    }

    @Test
    void answersBusyWhenQueueIsFullWithoutCountingFailure() throws Exception {
        host.close();
        host = new PluginHost(PluginLimits.standard()
                .withFuelMax(Long.MAX_VALUE / 2)
                .withMillisMax(500, 500)
                .withHost(new PluginLimits.HostLimits(1, 1, 8)));
        Plugin looping = load(looping());
        Plugin counting = load(counting());
        List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
        List<PluginRun> runs = new ArrayList<>();
        runs.add(looping.open(0, 1));
        outcomes.add(runs.getLast().fold(List.of(EVENT)));
        for (int i = 0; i < 4; i++) {
            runs.add(counting.open(0, 1));
            outcomes.add(runs.getLast().fold(List.of(EVENT)));
        }

        assertThat(outcomes.getFirst().get()).isInstanceOf(TimedOut.class);
        assertThat(outcomes.stream().map(CompletableFuture::join).filter(Outcome.Busy.class::isInstance))
                .hasSizeBetween(3, 4);
        assertThat(counting.failuresInRow()).isZero();
        assertThat(runs.getLast().fold(List.of(EVENT)).get()).isInstanceOf(Ok.class);
        runs.forEach(PluginRun::close);
    }

    @Test
    void allowsOneBatchPerRunAtATime() throws Exception {
        try (PluginRun run = load(looping()).open(0, 1)) {
            CompletableFuture<Outcome> first = run.fold(List.of(EVENT, EVENT));
            if (!first.isDone()) {
                assertThatThrownBy(() -> run.fold(List.of(EVENT)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("under way");
            }
            first.get();
        }
    }

    @Test
    void boundsOpenRunsAndReleasesOnClose() throws Exception {
        host.close();
        host = new PluginHost(LIMITS.withHost(new PluginLimits.HostLimits(1, 8, 2)));
        Plugin plugin = load(counting());
        for (int i = 0; i < 5; i++) {
            try (PluginRun first = plugin.open(0, 1);
                    PluginRun second = plugin.open(0, 1)) {
                assertThatThrownBy(() -> plugin.open(0, 1)).hasMessageContaining("maximum of 2 open plugin runs");
                assertThat(first.fold(List.of(EVENT)).get()).isInstanceOf(Ok.class);
                second.close();
                second.close();
                assertThatThrownBy(() -> second.fold(List.of())).hasMessageContaining("closed");
            }
        }
    }

    @Test
    void closingHostCompletesRunningAndQueuedBatches() throws Exception {
        host.close();
        host = new PluginHost(PluginLimits.standard()
                .withFuelMax(Long.MAX_VALUE / 2)
                .withMillisMax(60_000, 60_000)
                .withHost(new PluginLimits.HostLimits(1, 8, 8)));
        Plugin plugin = load(looping());
        CompletableFuture<Outcome> running = plugin.open(0, 1).fold(List.of(EVENT));
        CompletableFuture<Outcome> waiting = plugin.open(0, 1).fold(List.of(EVENT));
        host.close();

        assertThat(running.get()).isEqualTo(new Outcome.Busy());
        assertThat(waiting.get()).isEqualTo(new Outcome.Busy());
        assertThat(plugin.open(0, 1).fold(List.of(EVENT)).get()).isEqualTo(new Outcome.Busy());
    }

    @Test
    void releasesMemoryClassesAndThreads() throws Exception {
        List<WeakReference<Plugin>> plugins = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            plugins.add(new WeakReference<>(useAndForget()));
        }
        host.close();
        host = new PluginHost(LIMITS);

        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("plugin-")));
        await(() -> {
            System.gc();
            return plugins.stream().allMatch(each -> each.get() == null);
        });
    }

    private Plugin useAndForget() throws Exception {
        WasmBuilder wasm = WasmBuilder.plugin().memory(200, 256);
        wasm.importing(Capability.SESSION_EVENTS);
        wasm.onRecord("", "i32.const 50 memory.grow drop loop br 0 end i32.const 0");
        Plugin plugin = load(wasm);
        assertThat(fold(plugin)).isInstanceOf(OutOfFuel.class);
        return plugin;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.onSpinWait();
        }
    }

    private static WasmBuilder counting() {
        WasmBuilder wasm = WasmBuilder.plugin();
        wasm.importing(Capability.SESSION_EVENTS);
        return wasm;
    }

    private static WasmBuilder looping() {
        WasmBuilder wasm = counting();
        wasm.onRecord("", "loop br 0 end i32.const 0");
        return wasm;
    }

    private Plugin load(WasmBuilder wasm) throws PluginRefusedException {
        return host.load(MANIFEST, wasm.bytes(), MANIFEST.capabilities());
    }

    private static Outcome fold(Plugin plugin) throws Exception {
        try (PluginRun run = plugin.open(0, 1)) {
            return run.fold(List.of(EVENT)).get();
        }
    }
}
