package dev.mindfulcode.pluginhost;

import java.util.Random;

/**
 * Programs made up at random, valid and mostly unpleasant: loops that may not end, recursion, traps, growing memory and
 * tables, NaNs of every payload, code behind branches. The same seed gives the same program.
 */
final class RandomPrograms {
    private static final int FUNCTIONS = 5;
    private static final String[] TYPES = {"i32", "i64", "f32", "f64"};
    private static final String[] NUMBERS = {"0", "1", "-1", "7", "64", "-2147483648", "2147483647", "65535", "123456"};
    private static final String[] FLOATS = {
        "0", "-0.0", "1", "-1.5", "NaN", "Infinity", "-Infinity", "1e30", "3.7e-12", "4290772992"
    };

    private final Random random;
    private StringBuilder out = new StringBuilder();
    private int budget;
    private int labels;

    private RandomPrograms(long seed) {
        random = new Random(seed);
    }

    static byte[] program(long seed) {
        return new RandomPrograms(seed).module();
    }

    private byte[] module() {
        WasmBuilder wasm = WasmBuilder.plugin().memory(1, 3).table(8, 20);
        for (String type : TYPES) {
            wasm.global(type, type + ".const 1");
        }
        wasm.passiveData(new byte[] {1, 2, 3, (byte) 0xFF, 5, 6, 7, (byte) 0xF8});
        for (int i = 0; i < FUNCTIONS; i++) {
            budget = 40;
            out = new StringBuilder();
            labels = 0;
            statements(5);
            expression("i64", 3);
            wasm.function("i32 i64 f32 f64", "i64", "i32 i64 f32 f64", out.toString());
        }
        wasm.elements(0, 0, 1, 2, 3).declare(0, 1, 2, 3, 4);
        wasm.onRecord(
                "",
                "local.get 0 local.get 1 i64.extend_i32_s i64.const 77 i64.mul f32.const 1.5"
                        + " local.get 1 f64.convert_i32_s call 0 i64.const 0 i64.shr_u"
                        + " i32.wrap_i64 i32.const 1 i32.and");
        return wasm.bytes();
    }

    private void statements(int count) {
        int many = 1 + random.nextInt(count);
        for (int i = 0; i < many; i++) {
            statement();
        }
    }

    private void statement() {
        if (--budget < 0) {
            emit("nop");
            return;
        }
        int type = random.nextInt(4);
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> {
                expression(TYPES[type], 3);
                emit("local.set " + local(type));
            }
            case 4, 5 -> {
                expression(TYPES[type], 3);
                emit("global.set " + type);
            }
            case 6, 7, 8 -> {
                address();
                expression(TYPES[type], 3);
                emit(TYPES[type] + ".store+" + random.nextInt(64));
            }
            case 9 -> {
                emit("block");
                labels++;
                statements(4);
                labels--;
                emit("end");
            }
            case 10, 11, 12 -> {
                emit("loop");
                labels++;
                statements(4);
                expression("i32", 2);
                if (random.nextInt(4) > 0) {
                    emit("i32.const 3 i32.and");
                }
                emit("br_if 0");
                statements(2);
                labels--;
                emit("end");
            }
            case 13, 14 -> {
                expression("i32", 2);
                emit("if");
                labels++;
                statements(3);
                if (random.nextBoolean()) {
                    emit("else");
                    statements(3);
                }
                labels--;
                emit("end");
            }
            case 15 -> {
                if (labels > 0) {
                    expression("i32", 2);
                    emit("br_if " + random.nextInt(labels));
                }
            }
            case 16 -> {
                if (labels > 0 && random.nextInt(3) == 0) {
                    if (random.nextBoolean()) {
                        emit("br " + random.nextInt(labels));
                    } else {
                        expression("i32", 2);
                        emit("br_table " + random.nextInt(labels) + "," + random.nextInt(labels) + ","
                                + random.nextInt(labels));
                    }
                    emit("local.get 1 drop");
                }
            }
            case 17, 18 -> {
                call();
                emit("drop");
            }
            case 19 -> {
                address();
                if (random.nextBoolean()) {
                    address();
                    length();
                    emit("memory.copy");
                } else {
                    expression("i32", 1);
                    length();
                    emit("memory.fill");
                }
            }
            case 20 -> {
                address();
                emit("i32.const " + random.nextInt(3) + " i32.const " + random.nextInt(8) + " memory.init 0");
            }
            case 21 -> {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        expression("i32", 1);
                        emit("i32.const 15 i32.and ref.func " + random.nextInt(FUNCTIONS) + " table.set 0");
                    }
                    case 1 -> emit("ref.func 0 i32.const " + random.nextInt(4) + " table.grow 0 drop");
                    case 2 ->
                        emit("i32.const " + random.nextInt(8) + " ref.null i32.const " + random.nextInt(4)
                                + " table.fill 0");
                    default -> emit("i32.const 1 i32.const " + random.nextInt(3) + " i32.const 4 table.copy");
                }
            }
            case 22 -> {
                if (random.nextInt(12) == 0) {
                    emit("unreachable");
                } else if (random.nextInt(12) == 0) {
                    expression("i64", 1);
                    emit("return");
                }
            }
            default -> emit("nop");
        }
    }

    private void call() {
        expression("i32", 2);
        expression("i64", 2);
        expression("f32", 2);
        expression("f64", 2);
        if (random.nextInt(3) > 0) {
            emit("call " + random.nextInt(FUNCTIONS));
        } else {
            expression("i32", 1);
            emit("i32.const " + (random.nextInt(2) == 0 ? 31 : 3) + " i32.and call_indirect 0");
        }
    }

    private void address() {
        expression("i32", 2);
        if (random.nextInt(12) > 0) {
            emit("i32.const 65535 i32.and");
        }
    }

    private void length() {
        expression("i32", 1);
        if (random.nextInt(12) > 0) {
            emit("i32.const 1023 i32.and");
        }
    }

    private void expression(String type, int depth) {
        int index = switch (type) {
            case "i32" -> 0;
            case "i64" -> 1;
            case "f32" -> 2;
            default -> 3;
        };
        if (depth == 0 || --budget < -200) {
            leaf(type, index);
            return;
        }
        int choice = random.nextInt(12);
        if (choice < 2) {
            leaf(type, index);
        } else if (choice == 2) {
            expression(type, depth - 1);
            expression(type, depth - 1);
            expression("i32", depth - 1);
            emit("select");
        } else if (choice == 3) {
            address();
            emit(type + ".load+" + random.nextInt(64));
        } else if (choice == 4) {
            expression("i32", depth - 1);
            emit("if:" + type);
            expression(type, depth - 1);
            emit("else");
            expression(type, depth - 1);
            emit("end");
        } else if (choice == 5) {
            emit("block:" + type);
            expression(type, depth - 1);
            expression("i32", depth - 1);
            emit("br_if 0");
            emit("end");
        } else if (index < 2) {
            integer(type, depth, choice);
        } else {
            floating(type, depth, choice);
        }
    }

    private void integer(String type, int depth, int choice) {
        String other = type.equals("i32") ? "i64" : "i32";
        switch (choice) {
            case 6 -> {
                expression(type, depth - 1);
                emit(type + "." + pick("clz", "ctz", "popcnt", "extend8_s", "extend16_s"));
            }
            case 7 -> {
                String of = TYPES[random.nextInt(4)];
                expression(of, depth - 1);
                expression(of, depth - 1);
                boolean integers = of.startsWith("i");
                emit(of + "." + (integers ? pick("eq", "ne", "lt_s", "gt_u", "le_u") : pick("eq", "ne", "lt", "ge")));
                if (type.equals("i64")) {
                    emit("i64.extend_i32_u");
                }
            }
            case 8 -> {
                if (random.nextBoolean()) {
                    expression(other, depth - 1);
                    emit(type.equals("i32") ? "i32.wrap_i64" : pick("i64.extend_i32_s", "i64.extend_i32_u"));
                } else {
                    String of = pick("f32", "f64");
                    expression(of, depth - 1);
                    emit(type + "." + (random.nextInt(6) == 0 ? "trunc_" : "trunc_sat_") + of + pick("_s", "_u"));
                }
            }
            case 9 -> {
                String of = type.equals("i32") ? "f32" : "f64";
                expression(of, depth - 1);
                emit(type + ".reinterpret_" + of);
            }
            case 10 -> {
                if (type.equals("i64")) {
                    call();
                } else {
                    emit(pick("memory.size", "table.size 0", "i32.const 1 memory.grow", "i32.const 0 memory.grow"));
                }
            }
            default -> {
                expression(type, depth - 1);
                expression(type, depth - 1);
                String operation = type + "."
                        + pick(
                                "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "div_s",
                                "rem_u");
                emit(operation);
                if (operation.equals("i32.mul")) {
                    // Chicory 1.7.5's interpreter keeps 64 bits of the product, and its `if` tests all of them.
                    emit("i32.const 0 i32.or");
                }
            }
        }
    }

    private void floating(String type, int depth, int choice) {
        String other = type.equals("f32") ? "f64" : "f32";
        switch (choice) {
            case 6, 7 -> {
                expression(type, depth - 1);
                emit(type + "." + pick("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"));
            }
            case 8 -> {
                String of = type.equals("f32") ? "i32" : "i64";
                expression(of, depth - 1);
                emit(type + ".reinterpret_" + of);
            }
            case 9 -> {
                if (random.nextBoolean()) {
                    expression(other, depth - 1);
                    emit(type.equals("f32") ? "f32.demote_f64" : "f64.promote_f32");
                } else {
                    String of = pick("i32", "i64");
                    expression(of, depth - 1);
                    emit(type + ".convert_" + of + pick("_s", "_u"));
                }
            }
            default -> {
                expression(type, depth - 1);
                expression(type, depth - 1);
                emit(type + "." + pick("add", "sub", "mul", "div", "min", "max", "copysign"));
            }
        }
    }

    private void leaf(String type, int index) {
        switch (random.nextInt(3)) {
            case 0 -> emit("local.get " + local(index));
            case 1 -> emit("global.get " + index);
            default -> emit(type + ".const " + (index < 2 ? pick(NUMBERS) : pick(FLOATS)));
        }
    }

    private int local(int index) {
        return index + (random.nextBoolean() ? 4 : 0);
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void emit(String text) {
        out.append(text).append(' ');
    }
}
