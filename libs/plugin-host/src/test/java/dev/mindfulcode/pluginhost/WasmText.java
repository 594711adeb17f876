package dev.mindfulcode.pluginhost;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Instructions in words, as WebAssembly's text format has them in its flat form:
 * {@code "loop local.get 0 br_if 0 end"}. Loads and stores take their offset behind a plus, blocks their type behind a
 * colon: {@code "i32.store+8"}, {@code "block:i32"}.
 */
final class WasmText {
    private static final Map<String, Integer> OPCODES = new HashMap<>();

    static {
        number(
                0x45,
                "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s"
                        + " i32.ge_u i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u"
                        + " i64.ge_s i64.ge_u f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt"
                        + " f64.le f64.ge i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u"
                        + " i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr"
                        + " i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s"
                        + " i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr f32.abs"
                        + " f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul"
                        + " f32.div f32.min f32.max f32.copysign f64.abs f64.neg f64.ceil f64.floor f64.trunc"
                        + " f64.nearest f64.sqrt f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign"
                        + " i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u"
                        + " i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s"
                        + " i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u"
                        + " f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u"
                        + " f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32"
                        + " f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s"
                        + " i64.extend32_s");
        number(
                0x28,
                "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u"
                        + " i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u i32.store"
                        + " i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32"
                        + " memory.size memory.grow");
        number(0x00, "unreachable nop block loop if else");
        number(0x0B, "end br br_if br_table return call call_indirect");
        number(0x1A, "drop select");
        number(0x20, "local.get local.set local.tee global.get global.set table.get table.set");
        number(0x41, "i32.const i64.const f32.const f64.const");
        number(0xD0, "ref.null ref.is_null ref.func");
        number(
                0xFC08,
                "memory.init data.drop memory.copy memory.fill table.init elem.drop table.copy table.grow"
                        + " table.size table.fill");
        number(
                0xFC00,
                "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u"
                        + " i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u");
    }

    private WasmText() {}

    private static void number(int first, String names) {
        int opcode = first;
        for (String name : names.split(" ")) {
            OPCODES.put(name, opcode++);
        }
    }

    static ModuleWriter code(String text) {
        ModuleWriter out = new ModuleWriter();
        Deque<String> words = new ArrayDeque<>(List.of(text.trim().split("\\s+")));
        while (!words.isEmpty()) {
            String word = words.remove();
            if (!word.isEmpty()) {
                instruction(word, words, out);
            }
        }
        return out;
    }

    private static void instruction(String word, Deque<String> words, ModuleWriter out) {
        String[] parts = word.split("[+:]");
        Integer opcode = OPCODES.get(parts[0]);
        if (opcode == null) {
            throw new IllegalArgumentException(word);
        }
        if (opcode >= 0xFC00) {
            out.u8(0xFC).u32(opcode - 0xFC00L);
        } else {
            out.u8(opcode);
        }
        switch (parts[0]) {
            case "block", "loop", "if" -> {
                if (parts.length > 1 && Character.isDigit(parts[1].charAt(0))) {
                    out.signed(Integer.parseInt(parts[1]));
                } else {
                    out.u8(parts.length > 1 ? type(parts[1]) : 0x40);
                }
            }
            case "br",
                    "br_if",
                    "call",
                    "local.get",
                    "local.set",
                    "local.tee",
                    "global.get",
                    "global.set",
                    "table.get",
                    "table.set",
                    "table.grow",
                    "table.size",
                    "table.fill",
                    "ref.func",
                    "data.drop",
                    "elem.drop" -> out.u32(Long.parseLong(words.remove()));
            case "call_indirect" -> out.u32(Long.parseLong(words.remove())).u8(0);
            case "br_table" -> {
                long[] labels = Arrays.stream(words.remove().split(","))
                        .mapToLong(Long::parseLong)
                        .toArray();
                out.u32(labels.length - 1L);
                for (long label : labels) {
                    out.u32(label);
                }
            }
            case "i32.const" -> out.signed(Integer.decode(words.remove()));
            case "i64.const" -> out.signed(Long.decode(words.remove()));
            case "f32.const" -> out.u32Le(Float.floatToRawIntBits(Float.parseFloat(words.remove())));
            case "f64.const" -> out.u64Le(Double.doubleToRawLongBits(Double.parseDouble(words.remove())));
            case "memory.size", "memory.grow", "memory.fill" -> out.u8(0);
            case "memory.copy", "table.copy" -> out.u8(0).u8(0);
            case "memory.init", "table.init" ->
                out.u32(Long.parseLong(words.remove())).u8(0);
            case "ref.null" -> out.u8(0x70);
            default -> {
                if (opcode >= 0x28 && opcode <= 0x3E) {
                    out.u8(0).u32(parts.length > 1 ? Long.parseLong(parts[1]) : 0);
                }
            }
        }
    }

    static int type(String name) {
        return switch (name) {
            case "i32" -> 0x7F;
            case "i64" -> 0x7E;
            case "f32" -> 0x7D;
            case "f64" -> 0x7C;
            case "funcref" -> 0x70;
            default -> throw new IllegalArgumentException(name);
        };
    }
}
