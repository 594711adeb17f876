package dev.mindfulcode.pluginhost;

import static dev.mindfulcode.pluginhost.Instruction.END;
import static dev.mindfulcode.pluginhost.Instruction.F32_CONST;
import static dev.mindfulcode.pluginhost.Instruction.F64_CONST;
import static dev.mindfulcode.pluginhost.Instruction.FUNCREF;
import static dev.mindfulcode.pluginhost.Instruction.I32;
import static dev.mindfulcode.pluginhost.Instruction.I32_CONST;
import static dev.mindfulcode.pluginhost.Instruction.I64;
import static dev.mindfulcode.pluginhost.Instruction.I64_CONST;
import static dev.mindfulcode.pluginhost.Instruction.REF_FUNC;
import static dev.mindfulcode.pluginhost.Instruction.REF_NULL;

import dev.mindfulcode.pluginhost.MeteredModule.Signature;
import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a module section by section, checks it against the limits, and rewrites it with fuel metering.
 *
 * <p>Appends two globals, so that no index changes: the remaining fuel and the call depth. Indices are checked against
 * the module's own counts, so that an out-of-range index cannot refer to the new globals. Maxima of memory and table
 * are lowered to the limits, the start section is removed (the host calls the start function), and custom sections are
 * dropped.
 */
final class ModuleMeter {
    private static final int[] ORDER = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11};
    private static final byte[] HEAD = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final byte[] module;
    private final PluginLimits limits;
    private final Map<Integer, ModuleWriter> sections = new LinkedHashMap<>();

    private final List<Signature> types = new ArrayList<>();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<MeteredModule.Import> imports = new ArrayList<>();
    private final Map<String, Integer> exports = new LinkedHashMap<>();
    private int typesFrom;
    private int typesTo;
    private int importedFunctions;
    private int globals;
    private int tables;
    private int memories;
    private int elementSegments;
    private int dataSegmentsAnnounced = -1;
    private int start = -1;

    private ModuleMeter(byte[] module, PluginLimits limits) {
        this.module = module;
        this.limits = limits;
    }

    static MeteredModule meter(byte[] module, PluginLimits limits) throws PluginRefusedException {
        if (module.length > limits.module().moduleBytesMax()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "The module has " + module.length + " bytes; at most "
                            + limits.module().moduleBytesMax() + " are allowed");
        }
        return new ModuleMeter(module, limits).run();
    }

    private MeteredModule run() throws PluginRefusedException {
        ModuleReader in = new ModuleReader(module, 0, module.length);
        for (byte expected : HEAD) {
            if (in.u8("the module's first eight bytes") != expected) {
                throw in.malformed("This is not a WebAssembly module of version 1");
            }
        }
        int before = 0;
        while (!in.atEnd()) {
            int id = in.u8("a section's id");
            int length = in.count(module.length, "the length of section " + id);
            int from = in.position();
            ModuleReader section = in.slice(length, "section " + id);
            if (id == 0) {
                section.name("the name of a custom section");
                continue;
            }
            int rank = rank(id);
            if (rank < 0) {
                throw in.unsupported("Section " + id + " is not of WebAssembly 1.0");
            }
            if (rank <= before) {
                throw in.malformed("Section " + id + " is out of order or duplicated");
            }
            before = rank;
            ModuleWriter out = new ModuleWriter();
            read(id, section, out);
            if (!section.atEnd()) {
                throw section.malformed("Section " + id + " is longer than its content");
            }
            if (out.length() == 0 && id != 8) {
                out.copy(module, from, from + length);
            }
            sections.put(id, out);
        }
        if (memories != 1) {
            throw new PluginRefusedException(Reason.UNSUPPORTED, "A plugin must have one memory of its own");
        }
        if (functionTypes.size() > importedFunctions && !sections.containsKey(10)) {
            throw in.malformed("The module declares functions but has no code");
        }
        sections.computeIfAbsent(6, _ -> withMeter(new ModuleWriter(), new ModuleWriter()));
        ModuleWriter out = new ModuleWriter().copy(HEAD, 0, HEAD.length);
        for (int id : ORDER) {
            ModuleWriter section = sections.get(id);
            if (section != null && id != 8) {
                out.section(id, section);
            }
        }
        return new MeteredModule(
                new MeteredModule.Binary(out.toByteArray()),
                globals,
                globals + 1,
                start,
                List.copyOf(imports),
                Map.copyOf(exports),
                signatures());
    }

    private void read(int id, ModuleReader section, ModuleWriter out) throws PluginRefusedException {
        switch (id) {
            case 1 -> readTypes(section);
            case 2 -> readImports(section);
            case 3 -> readFunctions(section);
            case 4 -> readTables(section, out);
            case 5 -> readMemories(section, out);
            case 6 -> readGlobals(section, out);
            case 7 -> readExports(section);
            case 8 -> start = section.index(functionTypes.size(), "start function");
            case 9 -> readElements(section);
            case 10 -> readCode(section, out);
            case 11 -> readData(section);
            default -> dataSegmentsAnnounced = section.count(limits.module().dataSegmentsMax(), "data segments");
        }
    }

    private void readTypes(ModuleReader in) throws PluginRefusedException {
        int count = in.count(limits.module().typesMax(), "types");
        typesFrom = in.position();
        for (int i = 0; i < count; i++) {
            if (in.u8("a type") != 0x60) {
                throw in.unsupported("Only function types are supported");
            }
            types.add(new Signature(
                    valueTypes(in, PluginLimits.ModuleLimits.PARAMETERS_MAX, "parameters"),
                    valueTypes(in, PluginLimits.ModuleLimits.RESULTS_MAX, "results")));
        }
        typesTo = in.position();
    }

    private void readImports(ModuleReader in) throws PluginRefusedException {
        int count = in.count(PluginLimits.ModuleLimits.IMPORTS_MAX, "imports");
        for (int i = 0; i < count; i++) {
            String from = in.name("an import's module");
            String name = in.name("an import's name");
            int kind = in.u8("an import's kind");
            if (kind != 0) {
                throw new PluginRefusedException(
                        Reason.IMPORT_UNKNOWN,
                        "The module imports " + PluginRefusedException.shown(from) + "."
                                + PluginRefusedException.shown(name)
                                + ", which is not a function; only functions of mindful can be imported");
            }
            int type = in.index(types.size(), "type");
            functionTypes.add(type);
            imports.add(new MeteredModule.Import(from, name, types.get(type)));
        }
        importedFunctions = count;
    }

    private void readFunctions(ModuleReader in) throws PluginRefusedException {
        int count = in.count(limits.module().functionsMax(), "functions");
        for (int i = 0; i < count; i++) {
            functionTypes.add(in.index(types.size(), "type"));
        }
    }

    private void readTables(ModuleReader in, ModuleWriter out) throws PluginRefusedException {
        tables = in.count(1, "tables");
        out.u32(tables);
        for (int i = 0; i < tables; i++) {
            if (in.u8("a table's type") != FUNCREF) {
                throw in.unsupported("A table must contain functions");
            }
            out.u8(FUNCREF);
            limits(in, out, limits.module().tableEntriesMax(), "table entries");
        }
    }

    private void readMemories(ModuleReader in, ModuleWriter out) throws PluginRefusedException {
        memories = in.count(1, "memories");
        out.u32(memories);
        for (int i = 0; i < memories; i++) {
            limits(in, out, limits.module().memoryPagesMax(), "memory pages");
        }
    }

    /** Rejects a minimum above the bound; sets a higher or missing maximum to the bound. */
    private static void limits(ModuleReader in, ModuleWriter out, int max, String what) throws PluginRefusedException {
        int flags = in.u8("the limits of " + what);
        if (flags > 1) {
            throw in.unsupported("Shared and 64-bit memories and tables are not supported");
        }
        int minimum = in.count(max, what);
        long maximum = flags == 1 ? in.u32("the maximum of " + what) : max;
        if (maximum < minimum) {
            throw in.malformed("The maximum of " + what + " is below the minimum");
        }
        out.u8(1).u32(minimum).u32(Math.min(maximum, max));
    }

    private void readGlobals(ModuleReader in, ModuleWriter out) throws PluginRefusedException {
        globals = in.count(limits.module().globalsMax(), "globals");
        int from = in.position();
        for (int i = 0; i < globals; i++) {
            valueType(in);
            if (in.u8("a global's mutability") > 1) {
                throw in.malformed("The mutability of a global must be 0 or 1");
            }
            constant(in);
        }
        withMeter(out, new ModuleWriter().copy(module, from, in.position()));
    }

    private ModuleWriter withMeter(ModuleWriter out, ModuleWriter own) {
        return out.u32(globals + 2L)
                .append(own)
                .u8(I64)
                .u8(1)
                .u8(I64_CONST)
                .signed(0)
                .u8(END)
                .u8(I32)
                .u8(1)
                .u8(I32_CONST)
                .signed(0)
                .u8(END);
    }

    private void readExports(ModuleReader in) throws PluginRefusedException {
        int count = in.count(limits.module().exportsMax(), "exports");
        for (int i = 0; i < count; i++) {
            String name = in.name("an export's name");
            switch (in.u8("an export's kind")) {
                case 0 -> exports.put(name, in.index(functionTypes.size(), "exported function"));
                case 1 -> in.index(tables, "exported table");
                case 2 -> in.index(memories, "exported memory");
                case 3 -> in.index(globals, "exported global");
                default -> throw in.unsupported("Only functions, tables, memories and globals can be exported");
            }
        }
    }

    private void readElements(ModuleReader in) throws PluginRefusedException {
        elementSegments = in.count(limits.module().elementSegmentsMax(), "element segments");
        int entries = 0;
        for (int i = 0; i < elementSegments; i++) {
            int flags = in.u8("an element segment");
            if (flags > 7) {
                throw in.malformed("The kind of an element segment must be 0 to 7");
            }
            boolean active = (flags & 1) == 0;
            boolean explicit = (flags & 2) != 0;
            boolean expressions = (flags & 4) != 0;
            if (active) {
                if (explicit) {
                    in.index(tables, "table");
                }
                constant(in);
            }
            if (!active || explicit) {
                int kind = in.u8("an element segment's kind");
                if (kind != (expressions ? FUNCREF : 0)) {
                    throw in.unsupported("Element segments must contain functions");
                }
            }
            int count = in.count(limits.module().elementEntriesMax() - entries, "entries of element segments");
            entries += count;
            for (int entry = 0; entry < count; entry++) {
                if (expressions) {
                    constant(in);
                } else {
                    in.index(functionTypes.size(), "function");
                }
            }
        }
    }

    private void readCode(ModuleReader in, ModuleWriter out) throws PluginRefusedException {
        int count = in.count(limits.module().functionsMax(), "function bodies");
        if (count != functionTypes.size() - importedFunctions) {
            throw in.malformed("The numbers of functions and bodies differ");
        }
        out.u32(count);
        ModuleContext.BlockTypes blockTypes = new ModuleContext.BlockTypes(types.size());
        ModuleContext context = new ModuleContext(
                limits,
                List.copyOf(types),
                List.copyOf(functionTypes),
                globals,
                tables,
                elementSegments,
                Math.max(0, dataSegmentsAnnounced),
                blockTypes);
        long slots = 0;
        for (int i = 0; i < count; i++) {
            int length = in.count(limits.module().functionBytesMax(), "bytes of function " + (importedFunctions + i));
            ModuleReader body = in.slice(length, "a function's body");
            FunctionMeter function =
                    new FunctionMeter(module, body, types.get(functionTypes.get(importedFunctions + i)), context);
            ModuleWriter metered = function.meter();
            out.u32(metered.length()).append(metered);
            slots += function.slots();
            if (slots > limits.module().slotsMax()) {
                throw new PluginRefusedException(
                        Reason.TOO_LARGE,
                        "The module has too many branches in functions with many locals: blocks times locals and"
                                + " operands exceed " + limits.module().slotsMax() + " at function "
                                + (importedFunctions + i));
            }
        }
        ModuleWriter typeSection =
                new ModuleWriter().u32(types.size() + (long) blockTypes.count()).copy(module, typesFrom, typesTo);
        blockTypes.write(typeSection);
        sections.put(1, typeSection);
    }

    private void readData(ModuleReader in) throws PluginRefusedException {
        int count = in.count(limits.module().dataSegmentsMax(), "data segments");
        if (dataSegmentsAnnounced >= 0 && count != dataSegmentsAnnounced) {
            throw in.malformed("The number of data segments differs from the announced one");
        }
        int total = 0;
        for (int i = 0; i < count; i++) {
            int flags = in.u8("a data segment");
            if (flags > 2) {
                throw in.malformed("The kind of a data segment must be 0 to 2");
            }
            if (flags == 2) {
                in.index(memories, "memory");
            }
            if (flags != 1) {
                constant(in);
            }
            int length = in.count(limits.module().dataBytesMax() - total, "bytes of data segments");
            total += length;
            in.skip(length, "a data segment");
        }
    }

    static int valueType(ModuleReader in) throws PluginRefusedException {
        int type = in.u8("a value's type");
        if (!Instruction.isValueType(type)) {
            throw in.unsupported("Value type 0x" + Integer.toHexString(type) + " is not supported");
        }
        return type;
    }

    private static List<String> valueTypes(ModuleReader in, int max, String what) throws PluginRefusedException {
        int count = in.count(max, what);
        List<String> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            types.add(Instruction.typeName(valueType(in)));
        }
        return List.copyOf(types);
    }

    /** Reads a constant expression, which must be one constant. */
    private void constant(ModuleReader in) throws PluginRefusedException {
        int opcode = in.u8("a constant");
        switch (opcode) {
            case I32_CONST -> in.signed(32, "a constant");
            case I64_CONST -> in.signed(64, "a constant");
            case F32_CONST -> in.skip(4, "a constant");
            case F64_CONST -> in.skip(8, "a constant");
            case REF_NULL -> {
                if (in.u8("a reference's type") != FUNCREF) {
                    throw in.unsupported("References must be to functions");
                }
            }
            case REF_FUNC -> in.index(functionTypes.size(), "function");
            default -> throw in.unsupported("A constant expression must be one constant");
        }
        if (in.u8("the end of a constant") != END) {
            throw in.unsupported("A constant expression must be one constant");
        }
    }

    private Map<String, Signature> signatures() {
        Map<String, Signature> signatures = new LinkedHashMap<>();
        exports.forEach((name, function) -> signatures.put(name, types.get(functionTypes.get(function))));
        return Map.copyOf(signatures);
    }

    private static int rank(int id) {
        for (int i = 0; i < ORDER.length; i++) {
            if (ORDER[i] == id) {
                return i + 1;
            }
        }
        return -1;
    }
}
