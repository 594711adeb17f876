package dev.mindfulcode.pluginhost;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ChicoryInterruptedException;
import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import dev.mindfulcode.pluginhost.Outcome.Trap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a module with its own memory, table and globals. Not thread-safe; unusable after a stopped call.
 */
final class Guest {
    private static final int KEY_CHARS_MAX = 128;
    private static final long NO_CURRENT_RECORD = 0xFFFF_FFFFL;

    /** The reason why a call was stopped. */
    sealed interface Stop {
        record Trapped(Trap trap) implements Stop {}

        record OutOfFuel() implements Stop {}

        record Interrupted() implements Stop {}

        record BadOutput(String reason) implements Stop {}
    }

    /** Stops a guest's call. */
    static final class StoppedException extends RuntimeException {
        final transient Stop stop;

        StoppedException(Stop stop) {
            super(stop.toString(), null, false, false);
            this.stop = stop;
        }
    }

    private final MeteredModule metered;
    private final PluginLimits.CallLimits limits;
    private final Instance instance;
    private final GlobalInstance fuel;
    private final GlobalInstance depth;

    private @Nullable Capability recordKind;
    private byte[] record = new byte[0];
    private List<Outcome.Result> results = new ArrayList<>();
    private int resultsOfCall;
    private int resultBytesOfBatch;

    Guest(
            WasmModule module,
            Function<Instance, Machine> machines,
            MeteredModule metered,
            Set<Capability> imports,
            PluginLimits limits) {
        this.metered = metered;
        this.limits = limits.call();
        ImportFunction[] functions = imports.stream().map(this::function).toArray(ImportFunction[]::new);
        this.instance = Instance.builder(module)
                .withMachineFactory(machines)
                .withMemoryFactory(ByteArrayMemory::new)
                .withTableFactory(BoundedTable::new)
                .withImportValues(ImportValues.builder().addFunction(functions).build())
                .withStart(false)
                .build();
        this.fuel = instance.global(metered.fuelGlobal());
        this.depth = instance.global(metered.depthGlobal());
        fuel.setValue(this.limits.fuelMax());
    }

    /** Calls the module's start function, if it has one. */
    void start() {
        if (metered.start() >= 0) {
            call(metered.start());
        }
    }

    int init(Manifest.Scope scope, long fromMs, long toMs) {
        return (int) call("init", Manifest.ABI_VERSION, scope.code(), fromMs, toMs);
    }

    int onRecord(Capability kind, byte[] encoded) {
        recordKind = kind;
        record = encoded;
        try {
            return (int) call("on_record", kind.recordKind(), encoded.length);
        } finally {
            recordKind = null;
        }
    }

    int onWindow(long startMs, long endMs) {
        return (int) call("on_window", startMs, endMs);
    }

    /** Calls {@code result} and stores the summary as a result, if there is one. */
    void summarise() {
        long located = call("result");
        if (located != 0) {
            results.add(json((int) located, (int) (located >>> 32), false));
        }
    }

    /** Returns and clears the results emitted since the last call. */
    List<Outcome.Result> takeResults() {
        List<Outcome.Result> taken = results;
        results = new ArrayList<>();
        resultBytesOfBatch = 0;
        return taken;
    }

    /** Returns the fuel used by the last call. */
    long fuelUsed() {
        return limits.fuelMax() - fuel.getValue();
    }

    /** Returns the instance, for tests. */
    Instance instance() {
        return instance;
    }

    private long call(String export, long... arguments) {
        Integer function = metered.exports().get(export);
        if (function == null) {
            throw new IllegalStateException("Module has no export " + export);
        }
        long[] answer = call(function, arguments);
        return answer == null || answer.length == 0 ? 0 : answer[0];
    }

    private long @Nullable [] call(int function, long... arguments) {
        fuel.setValue(limits.fuelMax());
        depth.setValue(0);
        resultsOfCall = 0;
        try {
            return instance.getMachine().call(function, arguments);
        } catch (ChicoryInterruptedException _) {
            throw new StoppedException(new Stop.Interrupted());
        } catch (StoppedException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            throw new StoppedException(stop(e));
        }
    }

    private Stop stop(Throwable e) {
        if (fuel.getValue() < 0) {
            return new Stop.OutOfFuel();
        }
        if (depth.getValue() > limits.callDepthMax()) {
            return new Stop.Trapped(Trap.CALL_DEPTH);
        }
        if (e instanceof StackOverflowError) {
            return new Stop.Trapped(Trap.STACK_EXHAUSTED);
        }
        String message = String.valueOf(e.getMessage());
        for (Map.Entry<String, Trap> known : KNOWN) {
            if (message.contains(known.getKey())) {
                return new Stop.Trapped(known.getValue());
            }
        }
        return new Stop.Trapped(Trap.OTHER);
    }

    /** The kinds of trap by message: the runtime has no codes. */
    private static final List<Map.Entry<String, Trap>> KNOWN = List.of(
            Map.entry("unreachable", Trap.UNREACHABLE),
            Map.entry("out of bounds memory", Trap.MEMORY_BOUNDS),
            Map.entry("out of bounds table", Trap.TABLE_BOUNDS),
            Map.entry("indirect call", Trap.INDIRECT_CALL),
            Map.entry("undefined element", Trap.INDIRECT_CALL),
            Map.entry("uninitialized element", Trap.INDIRECT_CALL),
            Map.entry("null function reference", Trap.INDIRECT_CALL),
            Map.entry("divide by zero", Trap.ARITHMETIC),
            Map.entry("/ by zero", Trap.ARITHMETIC),
            Map.entry("integer overflow", Trap.ARITHMETIC),
            Map.entry("invalid conversion", Trap.ARITHMETIC),
            Map.entry("call stack exhausted", Trap.STACK_EXHAUSTED));

    private HostFunction function(Capability capability) {
        FunctionType type = FunctionType.of(List.of(ValType.I32, ValType.I32), List.of(ValType.I32));
        return new HostFunction(
                GuestModule.IMPORTED_FROM, capability.externalName(), type, (_, arguments) -> new long[] {
                    capability == Capability.EMIT_RESULTS
                            ? emit((int) arguments[0], (int) arguments[1])
                            : copyRecord(capability, (int) arguments[0], (int) arguments[1])
                });
    }

    private long copyRecord(Capability capability, int address, int capacityBytes) {
        pay(8);
        if (capability != recordKind) {
            return NO_CURRENT_RECORD;
        }
        if (Integer.toUnsignedLong(capacityBytes) >= record.length) {
            pay(record.length / 8);
            instance.memory().write(address, record);
        }
        return record.length;
    }

    private long emit(int address, int lengthBytes) {
        pay(8);
        if (resultsOfCall == limits.resultsMax()) {
            throw bad("more than " + limits.resultsMax() + " results in one call");
        }
        Outcome.Result result = json(address, lengthBytes, true);
        resultBytesOfBatch += lengthBytes;
        if (resultBytesOfBatch > limits.batchResultBytesMax()) {
            throw bad("more than " + limits.batchResultBytesMax() + " bytes of results in one batch");
        }
        resultsOfCall++;
        results.add(result);
        return 0;
    }

    private Outcome.Result json(int address, int lengthBytes, boolean keyed) {
        if (lengthBytes < 0 || lengthBytes > limits.resultBytesMax()) {
            throw bad("a result of more than " + limits.resultBytesMax() + " bytes");
        }
        pay(lengthBytes);
        byte[] bytes;
        try {
            bytes = instance.memory().readBytes(address, lengthBytes);
        } catch (RuntimeException _) {
            throw bad("a result outside the guest's memory");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            Map<String, @Nullable Object> fields = PluginJson.object(text);
            if (!keyed) {
                return new Outcome.Result("", text);
            }
            if (fields.get("key") instanceof String key && !key.isEmpty() && key.length() <= KEY_CHARS_MAX) {
                return new Outcome.Result(key, text);
            }
            throw bad("a result without a key of 1 to " + KEY_CHARS_MAX + " characters");
        } catch (CharacterCodingException _) {
            throw bad("a result that is not UTF-8");
        } catch (PluginJson.MalformedJsonException e) {
            throw bad("a result that is not JSON: " + e.getMessage());
        }
    }

    private void pay(long units) {
        long left = fuel.getValue() - units;
        fuel.setValue(left);
        if (left < 0) {
            throw new StoppedException(new Stop.OutOfFuel());
        }
    }

    private static StoppedException bad(String reason) {
        return new StoppedException(new Stop.BadOutput(reason));
    }
}
