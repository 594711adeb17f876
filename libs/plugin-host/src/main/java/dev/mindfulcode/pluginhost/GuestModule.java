package dev.mindfulcode.pluginhost;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.InvalidException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import dev.mindfulcode.pluginhost.MeteredModule.Signature;
import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** A module that was validated, metered and compiled, with granted imports only. Creates guests. */
final class GuestModule {
    static final String IMPORTED_FROM = "mindful";

    private static final Signature COPY = new Signature(List.of("i32", "i32"), List.of("i32"));

    /** The exports that the host calls. */
    private static final Map<String, Signature> EXPORTS = Map.of(
            "init", new Signature(List.of("i32", "i32", "i64", "i64"), List.of("i32")),
            "on_record", new Signature(List.of("i32", "i32"), List.of("i32")),
            "on_window", new Signature(List.of("i64", "i64"), List.of("i32")),
            "result", new Signature(List.of(), List.of("i64")));

    private final MeteredModule metered;
    private final WasmModule module;
    private final Function<Instance, Machine> machines;
    private final Set<Capability> imports;
    private final PluginLimits limits;

    private GuestModule(
            MeteredModule metered,
            WasmModule module,
            Function<Instance, Machine> machines,
            Set<Capability> imports,
            PluginLimits limits) {
        this.metered = metered;
        this.module = module;
        this.machines = machines;
        this.imports = imports;
        this.limits = limits;
    }

    /** Loads a module; checks limits first. */
    static GuestModule load(byte[] bytes, Set<Capability> granted, PluginLimits limits, WasmEngine engine)
            throws PluginRefusedException {
        MeteredModule metered = ModuleMeter.meter(bytes, limits);
        Set<Capability> imports = imports(metered, granted);
        requireExports(metered);
        parse(bytes);
        WasmModule module = parse(metered.binary().bytes);
        GuestModule loaded = new GuestModule(metered, module, compile(module, engine), Set.copyOf(imports), limits);
        try {
            // Runs no code of the guest: the host calls the start function.
            Guest unused = loaded.guest();
        } catch (RuntimeException e) {
            throw new PluginRefusedException(
                    Reason.NOT_INSTANTIABLE, "The module's data or elements do not fit: " + printable(e), e);
        }
        return loaded;
    }

    Guest guest() {
        return new Guest(module, machines, metered, imports, limits);
    }

    Set<Capability> imports() {
        return imports;
    }

    private static Set<Capability> imports(MeteredModule metered, Set<Capability> granted)
            throws PluginRefusedException {
        Set<Capability> imports = EnumSet.noneOf(Capability.class);
        for (MeteredModule.Import each : metered.imports()) {
            String name = PluginRefusedException.shown(each.from()) + "." + PluginRefusedException.shown(each.name());
            Capability capability = each.from().equals(IMPORTED_FROM) ? Capability.ofName(each.name()) : null;
            if (capability == null) {
                throw new PluginRefusedException(
                        Reason.IMPORT_UNKNOWN, "The module imports " + name + ", which does not exist");
            }
            if (!granted.contains(capability)) {
                throw new PluginRefusedException(
                        Reason.IMPORT_NOT_GRANTED,
                        "The module imports " + name + ", but " + capability.externalName() + " is not granted");
            }
            if (!each.signature().equals(COPY)) {
                throw new PluginRefusedException(
                        Reason.IMPORT_UNKNOWN,
                        "The module imports " + name + " as " + each.signature() + "; must be " + COPY);
            }
            imports.add(capability);
        }
        return imports;
    }

    private static void requireExports(MeteredModule metered) throws PluginRefusedException {
        for (Map.Entry<String, Signature> expected : new TreeMap<>(EXPORTS).entrySet()) {
            Signature found = metered.signatures().get(expected.getKey());
            if (!expected.getValue().equals(found)) {
                throw new PluginRefusedException(
                        Reason.EXPORT_MISSING,
                        "The module must export a function " + expected.getKey() + " " + expected.getValue()
                                + (found == null ? "" : ", not " + found));
            }
        }
    }

    private static WasmModule parse(byte[] bytes) throws PluginRefusedException {
        try {
            return Parser.parse(bytes);
        } catch (InvalidException e) {
            throw new PluginRefusedException(Reason.INVALID, "The module is not valid: " + printable(e), e);
        } catch (RuntimeException e) {
            throw new PluginRefusedException(Reason.MALFORMED, "The module is malformed: " + printable(e), e);
        }
    }

    private static Function<Instance, Machine> compile(WasmModule module, WasmEngine engine)
            throws PluginRefusedException {
        try {
            return engine.machines(module);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE, "A function of the module is too large to compile: " + printable(e), e);
        }
    }

    private static String printable(Throwable e) {
        String message = String.valueOf(e.getMessage()).replaceAll("[^\\x20-\\x7E]", "?");
        return message.length() <= 200 ? message : message.substring(0, 200) + "…";
    }
}
