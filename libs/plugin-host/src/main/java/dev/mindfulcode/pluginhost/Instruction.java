package dev.mindfulcode.pluginhost;

/**
 * The instructions as the meter knows them: encoding, effect on the operand stack, and cost.
 *
 * <p>WebAssembly 1.0 with sign extension, saturating conversions, multiple values, bulk memory and function references;
 * no vectors, threads, exceptions, tail calls, garbage collection, 64-bit or multiple memories.
 */
final class Instruction {
    static final int UNREACHABLE = 0x00;
    static final int NOP = 0x01;
    static final int BLOCK = 0x02;
    static final int LOOP = 0x03;
    static final int IF = 0x04;
    static final int ELSE = 0x05;
    static final int END = 0x0B;
    static final int BR = 0x0C;
    static final int BR_IF = 0x0D;
    static final int BR_TABLE = 0x0E;
    static final int RETURN = 0x0F;
    static final int CALL = 0x10;
    static final int CALL_INDIRECT = 0x11;
    static final int DROP = 0x1A;
    static final int SELECT = 0x1B;
    static final int SELECT_TYPED = 0x1C;
    static final int LOCAL_GET = 0x20;
    static final int LOCAL_SET = 0x21;
    static final int LOCAL_TEE = 0x22;
    static final int GLOBAL_GET = 0x23;
    static final int GLOBAL_SET = 0x24;
    static final int TABLE_GET = 0x25;
    static final int TABLE_SET = 0x26;
    static final int FIRST_LOAD = 0x28;
    static final int FIRST_STORE = 0x36;
    static final int LAST_STORE = 0x3E;
    static final int MEMORY_SIZE = 0x3F;
    static final int MEMORY_GROW = 0x40;
    static final int I32_CONST = 0x41;
    static final int I64_CONST = 0x42;
    static final int F32_CONST = 0x43;
    static final int F64_CONST = 0x44;
    static final int I64_LT_S = 0x53;
    static final int I32_GT_S = 0x4A;
    static final int F32_EQ = 0x5B;
    static final int F64_EQ = 0x61;
    static final int I32_ADD = 0x6A;
    static final int I64_SUB = 0x7D;
    static final int I64_SHR_U = 0x88;
    static final int I64_EXTEND_I32_U = 0xAD;
    static final int LAST_NUMERIC = 0xC4;
    static final int REF_NULL = 0xD0;
    static final int REF_IS_NULL = 0xD1;
    static final int REF_FUNC = 0xD2;
    static final int BULK = 0xFC;

    static final int BULK_MEMORY_INIT = 8;
    static final int BULK_DATA_DROP = 9;
    static final int BULK_MEMORY_COPY = 10;
    static final int BULK_MEMORY_FILL = 11;
    static final int BULK_TABLE_INIT = 12;
    static final int BULK_ELEM_DROP = 13;
    static final int BULK_TABLE_COPY = 14;
    static final int BULK_TABLE_GROW = 15;
    static final int BULK_TABLE_SIZE = 16;
    static final int BULK_TABLE_FILL = 17;

    static final int I32 = 0x7F;
    static final int I64 = 0x7E;
    static final int F32 = 0x7D;
    static final int F64 = 0x7C;
    static final int FUNCREF = 0x70;
    static final int EMPTY = 0x40;

    static final int CANONICAL_NAN_F32 = 0x7FC0_0000;
    static final long CANONICAL_NAN_F64 = 0x7FF8_0000_0000_0000L;

    private Instruction() {}

    /** Units of fuel for an instruction of one byte. */
    static int cost(int opcode) {
        return switch (opcode) {
            case CALL -> 8;
            case CALL_INDIRECT -> 16;
            case MEMORY_GROW -> GROW_COST;
            case 0x6D, 0x6E, 0x6F, 0x70, 0x7F, 0x80, 0x81, 0x82 -> 8; // integer division and remainder
            case 0x91, 0x95, 0x9F, 0xA3 -> 8; // square root and division of floats
            default -> 1;
        };
    }

    /** The cost of a grow, successful or not; the total growth of a memory or table is limited. */
    static final int GROW_COST = 10_000;

    /** Numeric instructions take one operand or two and leave one. */
    static int operands(int numeric) {
        boolean one = numeric == 0x45
                || numeric == 0x50
                || numeric >= 0x67 && numeric <= 0x69
                || numeric >= 0x79 && numeric <= 0x7B
                || numeric >= 0x8B && numeric <= 0x91
                || numeric >= 0x99 && numeric <= 0x9F
                || numeric >= 0xA7;
        return one ? 1 : 2;
    }

    /**
     * The float type whose NaN this instruction may make up, or 0. WebAssembly leaves sign and payload of such a NaN
     * open, and processors differ; abs, neg and copysign work on bits and are exact.
     */
    static int makesNan(int numeric) {
        if (numeric >= 0x8D && numeric <= 0x97 || numeric == 0xB6) {
            return F32;
        }
        if (numeric >= 0x9B && numeric <= 0xA5 || numeric == 0xBB) {
            return F64;
        }
        return 0;
    }

    static boolean isValueType(int type) {
        return type == I32 || type == I64 || type == F32 || type == F64 || type == FUNCREF;
    }

    static String typeName(int type) {
        return switch (type) {
            case I32 -> "i32";
            case I64 -> "i64";
            case F32 -> "f32";
            case F64 -> "f64";
            default -> "funcref";
        };
    }

    static int type(String name) {
        return switch (name) {
            case "i32" -> I32;
            case "i64" -> I64;
            case "f32" -> F32;
            case "f64" -> F64;
            default -> FUNCREF;
        };
    }
}
