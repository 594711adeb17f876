package dev.mindfulcode.pluginhost;

import static dev.mindfulcode.pluginhost.Instruction.*;

import java.util.ArrayList;
import java.util.List;

/**
 * The code of one function with fuel metering, as it is written: copied instructions, metering code between them, and
 * the prices of basic blocks, which are inserted when the function is complete.
 *
 * <p>Within a function the fuel is in a local, because a global would cost a store in each loop iteration. It is
 * written to the global before each call and at the end of the function, and read again after each call. A function
 * that calls stores its call depth in a local and restores the global after each call.
 */
final class MeteredBody {

    /** The price of a basic block and its position in the new code. */
    private static final class Charge {
        final int position;
        long cost;

        Charge(int position) {
            this.position = position;
        }
    }

    private final ModuleContext context;
    private final int locals;
    private final ModuleWriter code = new ModuleWriter();
    private final List<Charge> charges = new ArrayList<>();
    private final List<Integer> scratch = new ArrayList<>();
    private final int fuelLocal;
    private Charge charge = new Charge(0);
    private int depthLocal = -1;
    private int lengthLocal = -1;
    private int f32Local = -1;
    private int f64Local = -1;

    /** @param locals parameters and locals of the original function */
    MeteredBody(ModuleContext context, int locals) {
        this.context = context;
        this.locals = locals;
        fuelLocal = scratch(I64);
        charges.add(charge);
        charge(2 + locals / 8);
    }

    /** Adds to the price of the current basic block. */
    void charge(long cost) {
        charge.cost += cost;
    }

    /** Starts a basic block; an unreachable one is not paid. */
    void newBlock(boolean isReachable) {
        charge = new Charge(code.length());
        if (isReachable) {
            charges.add(charge);
        }
    }

    void copy(byte[] module, int from, int to) {
        code.copy(module, from, to);
    }

    void branch(long label) {
        code.u8(BR).u32(label);
    }

    void beforeCall() {
        storeFuel(code);
    }

    void afterCall() {
        if (depthLocal < 0) {
            depthLocal = scratch(I32);
        }
        loadFuel(code);
        code.u8(LOCAL_GET).u32(depthLocal).u8(GLOBAL_SET).u32(context.depthGlobal());
    }

    /** Pays for the length on top of the stack, which stays there, divided by 2^shift. */
    void payForLength(int shift) {
        if (lengthLocal < 0) {
            lengthLocal = scratch(I32);
        }
        code.u8(LOCAL_TEE).u32(lengthLocal);
        code.u8(LOCAL_GET).u32(fuelLocal).u8(LOCAL_GET).u32(lengthLocal).u8(I64_EXTEND_I32_U);
        if (shift > 0) {
            code.u8(I64_CONST).signed(shift).u8(I64_SHR_U);
        }
        pay(code);
    }

    /** Replaces a NaN on top of the stack by the canonical one, so that results do not depend on the processor. */
    void canonicalizeNan(int type) {
        if (type == F32) {
            if (f32Local < 0) {
                f32Local = scratch(F32);
            }
            code.u8(LOCAL_TEE).u32(f32Local).u8(F32_CONST).u32Le(CANONICAL_NAN_F32);
            selectIfNumber(f32Local, F32_EQ);
        } else if (type == F64) {
            if (f64Local < 0) {
                f64Local = scratch(F64);
            }
            code.u8(LOCAL_TEE).u32(f64Local).u8(F64_CONST).u64Le(CANONICAL_NAN_F64);
            selectIfNumber(f64Local, F64_EQ);
        }
    }

    private void selectIfNumber(int local, int equal) {
        code.u8(LOCAL_GET).u32(local).u8(LOCAL_GET).u32(local).u8(equal).u8(SELECT);
    }

    /** Returns blocks times locals and operands of the metered function. */
    long slots(int operandsMax) {
        return (charges.size() + 1L) * (locals + scratch.size() + operandsMax);
    }

    /**
     * Returns the complete function. Its code is in a block with the function's results, so that it ends at one point:
     * a {@code return} branches to the end of the block.
     *
     * @param groups number of groups of locals in the module, which are from {@code groupsFrom} to {@code groupsTo}
     */
    ModuleWriter complete(byte[] module, int groups, int groupsFrom, int groupsTo, List<String> results) {
        ModuleWriter out =
                new ModuleWriter().u32(groups + (long) scratch.size()).copy(module, groupsFrom, groupsTo);
        for (int type : scratch) {
            out.u32(1).u8(type);
        }
        loadFuel(out);
        out.u8(BLOCK);
        context.blockTypes().of(results, out);
        byte[] body = code.toByteArray();
        int at = 0;
        for (Charge each : charges) {
            out.copy(body, at, each.position);
            at = each.position;
            if (each.cost > 0) {
                out.u8(LOCAL_GET).u32(fuelLocal).u8(I64_CONST).signed(each.cost);
                pay(out);
            }
            if (at == 0 && depthLocal >= 0) {
                enter(out);
            }
        }
        out.copy(body, at, body.length);
        storeFuel(out);
        return out.u8(END);
    }

    private void loadFuel(ModuleWriter out) {
        out.u8(GLOBAL_GET).u32(context.fuelGlobal()).u8(LOCAL_SET).u32(fuelLocal);
    }

    private void storeFuel(ModuleWriter out) {
        out.u8(LOCAL_GET).u32(fuelLocal).u8(GLOBAL_SET).u32(context.fuelGlobal());
    }

    /** Subtracts the price from the fuel, both on the stack, and traps below zero. */
    private void pay(ModuleWriter out) {
        out.u8(I64_SUB).u8(LOCAL_TEE).u32(fuelLocal).u8(I64_CONST).signed(0).u8(I64_LT_S);
        out.u8(IF).u8(EMPTY);
        storeFuel(out);
        out.u8(UNREACHABLE).u8(END);
    }

    /** Increments the call depth and traps above the limit. */
    private void enter(ModuleWriter out) {
        out.u8(GLOBAL_GET).u32(context.depthGlobal()).u8(I32_CONST).signed(1).u8(I32_ADD);
        out.u8(LOCAL_TEE).u32(depthLocal).u8(GLOBAL_SET).u32(context.depthGlobal());
        out.u8(LOCAL_GET)
                .u32(depthLocal)
                .u8(I32_CONST)
                .signed(context.limits().call().callDepthMax());
        out.u8(I32_GT_S).u8(IF).u8(EMPTY).u8(UNREACHABLE).u8(END);
    }

    private int scratch(int type) {
        scratch.add(type);
        return locals + scratch.size() - 1;
    }
}
