package dev.mindfulcode.apigateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Plugins of a few bytes, written by hand: what they import, and one body for each export. */
final class MinimalPlugin {

    private static final String MANIFEST = """
            {"abi_version": 1, "name": "%s", "version": "1.0.0", "scope": "%s", "capabilities": %s}""";

    private MinimalPlugin() {}

    /** A body for {@code POST /api/plugins}: a plugin that imports nothing and says nothing. */
    static String named(String name) {
        return upload(MANIFEST.formatted(name, "user", "[\"emit_results\"]"), module(new int[] {0x41, 0}));
    }

    /** One that traps with its first call. */
    static String trapping(String name) {
        return upload(MANIFEST.formatted(name, "user", "[\"emit_results\"]"), module(new int[] {0x00}));
    }

    /** One that never ends by itself. */
    static String looping(String name) {
        return upload(
                MANIFEST.formatted(name, "user", "[\"emit_results\"]"),
                module(new int[] {0x03, 0x40, 0x0C, 0, 0x0B, 0x41, 0}));
    }

    static String upload(String manifest, byte[] module) {
        return "{\"manifest\": " + manifest + ", \"module\": \""
                + Base64.getEncoder().encodeToString(module) + "\"}";
    }

    /** @param init the instructions of {@code init}, without its end */
    static byte[] module(int[] init) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, 0, 'a', 's', 'm', 1, 0, 0, 0);
        section(
                out, 1, 4, 0x60, 4, 0x7F, 0x7F, 0x7E, 0x7E, 1, 0x7F, 0x60, 2, 0x7F, 0x7F, 1, 0x7F, 0x60, 2, 0x7E, 0x7E,
                1, 0x7F, 0x60, 0, 1, 0x7E);
        section(out, 3, 4, 0, 1, 2, 3);
        section(out, 5, 1, 1, 1, 1);
        ByteArrayOutputStream exports = new ByteArrayOutputStream();
        exports.write(4);
        List<String> names = List.of("init", "on_record", "on_window", "result");
        for (int i = 0; i < names.size(); i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.US_ASCII);
            exports.write(name.length);
            exports.writeBytes(name);
            write(exports, 0, i);
        }
        section(out, 7, exports.toByteArray());
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        code.write(4);
        body(code, init);
        body(code, 0x41, 0);
        body(code, 0x41, 0);
        body(code, 0x42, 0);
        section(out, 10, code.toByteArray());
        return out.toByteArray();
    }

    private static void body(ByteArrayOutputStream out, int... instructions) {
        write(out, instructions.length + 2, 0);
        write(out, instructions);
        out.write(0x0B);
    }

    private static void section(ByteArrayOutputStream out, int id, int... content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, content);
        section(out, id, bytes.toByteArray());
    }

    private static void section(ByteArrayOutputStream out, int id, byte[] content) {
        write(out, id, content.length);
        out.writeBytes(content);
    }

    private static void write(ByteArrayOutputStream out, int... bytes) {
        for (int each : bytes) {
            out.write(each);
        }
    }
}
