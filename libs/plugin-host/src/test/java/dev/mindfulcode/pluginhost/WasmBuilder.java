package dev.mindfulcode.pluginhost;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a module together for a test. {@link #plugin()} has all that a plugin needs, and does nothing. */
final class WasmBuilder {
    private final List<ModuleWriter> types = new ArrayList<>();
    private final List<String> typeNames = new ArrayList<>();
    private final List<ModuleWriter> imports = new ArrayList<>();
    private final List<Integer> functions = new ArrayList<>();
    private final List<ModuleWriter> bodies = new ArrayList<>();
    private final List<ModuleWriter> globals = new ArrayList<>();
    private final Map<String, Integer> exports = new HashMap<>();
    private final List<ModuleWriter> elements = new ArrayList<>();
    private final List<ModuleWriter> data = new ArrayList<>();
    private ModuleWriter memory = limits(1, -1);
    private ModuleWriter table = new ModuleWriter();
    private int start = -1;

    /** The four exports, each of which answers at once. */
    static WasmBuilder plugin() {
        return new WasmBuilder();
    }

    private static ModuleWriter limits(long minimum, long maximum) {
        return maximum < 0
                ? new ModuleWriter().u8(0).u32(minimum)
                : new ModuleWriter().u8(1).u32(minimum).u32(maximum);
    }

    int type(String parameters, String results) {
        String name = parameters + ">" + results;
        if (!typeNames.contains(name)) {
            typeNames.add(name);
            types.add(new ModuleWriter().u8(0x60).append(valueTypes(parameters)).append(valueTypes(results)));
        }
        return typeNames.indexOf(name);
    }

    private static ModuleWriter valueTypes(String names) {
        ModuleWriter out = new ModuleWriter();
        if (names.isEmpty()) {
            return out.u32(0);
        }
        String[] split = names.split(" ");
        out.u32(split.length);
        for (String name : split) {
            out.u8(WasmText.type(name));
        }
        return out;
    }

    int importing(String module, String name, String parameters, String results) {
        if (!bodies.isEmpty()) {
            throw new IllegalStateException("imports come first");
        }
        imports.add(
                new ModuleWriter().append(name(module)).append(name(name)).u8(0).u32(type(parameters, results)));
        return imports.size() - 1;
    }

    /** Imports what comes with a capability. */
    int importing(Capability capability) {
        return importing("mindful", capability.externalName(), "i32 i32", "i32");
    }

    WasmBuilder importingMemory(String module, String name) {
        imports.add(
                new ModuleWriter().append(name(module)).append(name(name)).u8(2).append(limits(1, -1)));
        return this;
    }

    int function(String parameters, String results, String locals, String code) {
        return function(parameters, results, locals, WasmText.code(code + " end"));
    }

    int function(String parameters, String results, String locals, ModuleWriter code) {
        ModuleWriter body = new ModuleWriter();
        String[] split = locals.isEmpty() ? new String[0] : locals.split(" ");
        body.u32(split.length);
        for (String local : split) {
            String[] counted = local.split("\\*");
            body.u32(counted.length > 1 ? Long.parseLong(counted[1]) : 1).u8(WasmText.type(counted[0]));
        }
        return body(type(parameters, results), body.append(code));
    }

    int body(int type, ModuleWriter body) {
        functions.add(type);
        bodies.add(body);
        return imports.size() + bodies.size() - 1;
    }

    WasmBuilder export(String name, int function) {
        exports.put(name, function);
        return this;
    }

    WasmBuilder onRecord(String locals, String code) {
        return export("on_record", function("i32 i32", "i32", locals, code));
    }

    WasmBuilder memory(long minimumPages, long maximumPages) {
        memory = limits(minimumPages, maximumPages);
        return this;
    }

    WasmBuilder table(long minimum, long maximum) {
        table = new ModuleWriter().u8(0x70).append(limits(minimum, maximum));
        return this;
    }

    WasmBuilder global(String type, String constant) {
        globals.add(new ModuleWriter().u8(WasmText.type(type)).u8(1).append(WasmText.code(constant + " end")));
        return this;
    }

    WasmBuilder elements(int offset, int... entries) {
        ModuleWriter out = new ModuleWriter()
                .u8(0)
                .append(WasmText.code("i32.const " + offset + " end"))
                .u32(entries.length);
        for (int entry : entries) {
            out.u32(entry);
        }
        elements.add(out);
        return this;
    }

    /** Functions that {@code ref.func} may name. */
    WasmBuilder declare(int... functions) {
        ModuleWriter out = new ModuleWriter().u8(3).u8(0).u32(functions.length);
        for (int function : functions) {
            out.u32(function);
        }
        elements.add(out);
        return this;
    }

    WasmBuilder data(int offset, byte[] bytes) {
        data.add(new ModuleWriter()
                .u8(0)
                .append(WasmText.code("i32.const " + offset + " end"))
                .u32(bytes.length)
                .copy(bytes, 0, bytes.length));
        return this;
    }

    WasmBuilder data(int offset, String text) {
        return data(offset, text.getBytes(StandardCharsets.UTF_8));
    }

    WasmBuilder passiveData(byte[] bytes) {
        data.add(new ModuleWriter().u8(1).u32(bytes.length).copy(bytes, 0, bytes.length));
        return this;
    }

    WasmBuilder start(int function) {
        start = function;
        return this;
    }

    byte[] bytes() {
        if (!exports.containsKey("init")) {
            export("init", function("i32 i32 i64 i64", "i32", "", "i32.const 0"));
        }
        if (!exports.containsKey("on_record")) {
            onRecord("", "i32.const 0");
        }
        if (!exports.containsKey("on_window")) {
            export("on_window", function("i64 i64", "i32", "", "i32.const 0"));
        }
        if (!exports.containsKey("result")) {
            export("result", function("", "i64", "", "i64.const 0"));
        }
        ModuleWriter out = new ModuleWriter().copy(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, 0, 8);
        vector(out, 1, types);
        vector(out, 2, imports);
        List<ModuleWriter> indices = new ArrayList<>();
        functions.forEach(type -> indices.add(new ModuleWriter().u32(type)));
        vector(out, 3, indices);
        if (table.length() > 0) {
            vector(out, 4, List.of(table));
        }
        vector(out, 5, List.of(memory));
        vector(out, 6, globals);
        List<ModuleWriter> exported = new ArrayList<>();
        exports.forEach((name, function) ->
                exported.add(new ModuleWriter().append(name(name)).u8(0).u32(function)));
        vector(out, 7, exported);
        if (start >= 0) {
            out.section(8, new ModuleWriter().u32(start));
        }
        vector(out, 9, elements);
        if (!data.isEmpty()) {
            out.section(12, new ModuleWriter().u32(data.size()));
        }
        List<ModuleWriter> code = new ArrayList<>();
        bodies.forEach(body -> code.add(new ModuleWriter().u32(body.length()).append(body)));
        vector(out, 10, code);
        vector(out, 11, data);
        return out.toByteArray();
    }

    private static void vector(ModuleWriter out, int id, List<ModuleWriter> entries) {
        if (!entries.isEmpty()) {
            ModuleWriter content = new ModuleWriter().u32(entries.size());
            entries.forEach(content::append);
            out.section(id, content);
        }
    }

    private static ModuleWriter name(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return new ModuleWriter().u32(bytes.length).copy(bytes, 0, bytes.length);
    }
}
