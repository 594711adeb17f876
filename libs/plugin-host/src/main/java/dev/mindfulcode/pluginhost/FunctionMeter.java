package dev.mindfulcode.pluginhost;

import static dev.mindfulcode.pluginhost.Instruction.*;

import dev.mindfulcode.pluginhost.MeteredModule.Signature;
import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Writes one function's body again, with its fuel paid at the head of each basic block.
 *
 * <p>A block begins where a branch can arrive or where one may have been taken: at the function's entry, a loop's head,
 * either arm of an {@code if}, the end of an {@code if} or of a {@code block} that is branched to, and behind a
 * {@code br_if}. It is paid in whole before its first instruction: the fuel goes down by the sum of its costs, and
 * below zero the guest traps. Bulk instructions pay besides for the length they find on the stack. Within a function
 * the fuel is in a local, since a loop would else wait for a store in each turn; it is in the global before each call,
 * read again behind it, and put back where the function ends. For that end to be one, the body stands in a block of the
 * function's type, to which a {@code return} is a branch like any other. A function that calls keeps its depth in a
 * local and puts it back after each call, which holds whatever was called. A NaN that arithmetic made gets its
 * canonical bits, so that no processor's choice is seen.
 */
final class FunctionMeter {

    /** What a body may refer to. */
    record ModuleContext(
            PluginLimits limits,
            List<Signature> types,
            List<Integer> functionTypes,
            int globals,
            int tables,
            int elementSegments,
            int dataSegments,
            BlockTypes blockTypes) {

        int fuelGlobal() {
            return globals;
        }

        int depthGlobal() {
            return globals + 1;
        }
    }

    /**
     * Types of blocks that take nothing; those that leave several values have to be declared, behind the module's own
     * types.
     */
    static final class BlockTypes {
        private final int declared;
        private final List<List<String>> added = new ArrayList<>();

        BlockTypes(int declared) {
            this.declared = declared;
        }

        void of(List<String> results, ModuleWriter out) {
            if (results.isEmpty()) {
                out.u8(EMPTY);
            } else if (results.size() == 1) {
                out.u8(type(results.getFirst()));
            } else {
                if (!added.contains(results)) {
                    added.add(results);
                }
                out.signed(declared + added.indexOf(results));
            }
        }

        int count() {
            return added.size();
        }

        void write(ModuleWriter out) {
            for (List<String> results : added) {
                out.u8(0x60).u32(0).u32(results.size());
                results.forEach(result -> out.u8(type(result)));
            }
        }
    }

    /** Where in the new code a block's price is to be put. */
    private static final class Charge {
        final int position;
        long cost;

        Charge(int position) {
            this.position = position;
        }
    }

    private static final class Frame {
        final int kind;
        final int height;
        final int parameters;
        final int results;
        boolean branchedTo;

        Frame(int kind, int height, int parameters, int results) {
            this.kind = kind;
            this.height = height;
            this.parameters = parameters;
            this.results = results;
        }
    }

    private final byte[] module;
    private final ModuleReader in;
    private final Signature signature;
    private final ModuleContext around;
    private final ModuleWriter code = new ModuleWriter();
    private final List<Charge> charges = new ArrayList<>();
    private final Deque<Frame> frames = new ArrayDeque<>();
    private final List<Integer> scratch = new ArrayList<>();
    private Charge charge = new Charge(0);
    private int locals;
    private int height;
    private int heightMax;
    private boolean dead;
    private int fuelLocal;
    private int depthLocal = -1;
    private int lengthLocal = -1;
    private int f32Local = -1;
    private int f64Local = -1;

    FunctionMeter(byte[] module, ModuleReader body, Signature signature, ModuleContext around) {
        this.module = module;
        this.in = body;
        this.signature = signature;
        this.around = around;
    }

    ModuleWriter meter() throws PluginRefusedException {
        int from = in.position();
        int groups = in.count(around.limits().module().localsMax(), "groups of locals");
        int groupsFrom = in.position();
        locals = signature.parameters().size();
        for (int i = 0; i < groups; i++) {
            locals += in.count(Math.max(0, around.limits().module().localsMax() - locals), "locals");
            ModuleMeter.valueType(in);
        }
        int groupsTo = in.position();
        fuelLocal = scratch(I64);
        charges.add(charge);
        charge.cost = 2 + locals / 8;
        frames.push(new Frame(BLOCK, 0, 0, signature.results().size()));
        while (!frames.isEmpty()) {
            instruction();
        }
        if (!in.atEnd()) {
            throw in.malformed("A function goes on behind its end");
        }
        if (heightMax > around.limits().module().operandsMax()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "A function needs an operand stack of " + heightMax + ", and at most "
                            + around.limits().module().operandsMax() + " are allowed (at byte " + from + ")");
        }
        ModuleWriter out =
                new ModuleWriter().u32(groups + (long) scratch.size()).copy(module, groupsFrom, groupsTo);
        for (int type : scratch) {
            out.u32(1).u8(type);
        }
        takeFuel(out);
        out.u8(BLOCK);
        around.blockTypes().of(signature.results(), out);
        return splice(out);
    }

    /** Of the metered function: blocks times locals and operands. */
    long slots() {
        return (charges.size() + 1L) * (locals + scratch.size() + heightMax);
    }

    private ModuleWriter splice(ModuleWriter out) {
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
        putFuelBack(out);
        return out.u8(END);
    }

    private void takeFuel(ModuleWriter out) {
        out.u8(GLOBAL_GET).u32(around.fuelGlobal()).u8(LOCAL_SET).u32(fuelLocal);
    }

    private void putFuelBack(ModuleWriter out) {
        out.u8(LOCAL_GET).u32(fuelLocal).u8(GLOBAL_SET).u32(around.fuelGlobal());
    }

    /** The fuel left and the price are on the stack. */
    private void pay(ModuleWriter out) {
        out.u8(I64_SUB).u8(LOCAL_TEE).u32(fuelLocal).u8(I64_CONST).signed(0).u8(I64_LT_S);
        out.u8(IF).u8(EMPTY);
        putFuelBack(out);
        out.u8(UNREACHABLE).u8(END);
    }

    private void enter(ModuleWriter out) {
        out.u8(GLOBAL_GET).u32(around.depthGlobal()).u8(I32_CONST).signed(1).u8(I32_ADD);
        out.u8(LOCAL_TEE).u32(depthLocal).u8(GLOBAL_SET).u32(around.depthGlobal());
        out.u8(LOCAL_GET)
                .u32(depthLocal)
                .u8(I32_CONST)
                .signed(around.limits().call().callDepthMax());
        out.u8(I32_GT_S).u8(IF).u8(EMPTY).u8(UNREACHABLE).u8(END);
    }

    private void instruction() throws PluginRefusedException {
        int from = in.position();
        int opcode = in.u8("an instruction");
        charge.cost += cost(opcode);
        switch (opcode) {
            case UNREACHABLE -> {
                copy(from);
                die();
            }
            case NOP -> copy(from);
            case BLOCK, LOOP, IF -> enterBlock(opcode, from);
            case ELSE -> {
                copy(from);
                Frame frame = frames.element();
                if (frame.kind != IF) {
                    throw in.malformed("An else without an if");
                }
                frames.pop();
                Frame arm = new Frame(ELSE, frame.height, frame.parameters, frame.results);
                frames.push(arm);
                height = frame.height + frame.parameters;
                dead = false;
                newCharge();
            }
            case END -> {
                copy(from);
                leaveBlock();
            }
            case BR -> {
                branch();
                copy(from);
                die();
            }
            case BR_IF -> {
                pop(1);
                branch();
                copy(from);
                newCharge();
            }
            case BR_TABLE -> {
                pop(1);
                int targets = in.count(around.limits().module().branchTargetsMax(), "targets of a branch table");
                for (int i = 0; i <= targets; i++) {
                    branch();
                }
                copy(from);
                die();
            }
            case RETURN -> {
                code.u8(BR).u32(frames.size() - 1L);
                die();
            }
            case CALL -> {
                int function = in.index(around.functionTypes().size(), "function");
                putFuelBack(code);
                copy(from);
                called(around.types().get(around.functionTypes().get(function)));
            }
            case CALL_INDIRECT -> {
                int type = in.index(around.types().size(), "type");
                in.index(around.tables(), "table");
                pop(1);
                putFuelBack(code);
                copy(from);
                called(around.types().get(type));
            }
            case DROP -> {
                pop(1);
                copy(from);
            }
            case SELECT -> select(from);
            case SELECT_TYPED -> {
                if (in.u32("types of a select") != 1) {
                    throw in.malformed("A select has one type");
                }
                ModuleMeter.valueType(in);
                select(from);
            }
            case LOCAL_GET, LOCAL_SET, LOCAL_TEE -> {
                in.index(locals, "local");
                move(opcode == LOCAL_GET ? 0 : 1, opcode == LOCAL_SET ? 0 : 1);
                copy(from);
            }
            case GLOBAL_GET, GLOBAL_SET -> {
                in.index(around.globals(), "global");
                move(opcode == GLOBAL_GET ? 0 : 1, opcode == GLOBAL_GET ? 1 : 0);
                copy(from);
            }
            case TABLE_GET, TABLE_SET -> {
                in.index(around.tables(), "table");
                move(opcode == TABLE_GET ? 1 : 2, opcode == TABLE_GET ? 1 : 0);
                copy(from);
            }
            case MEMORY_SIZE, MEMORY_GROW -> {
                zero("memory");
                move(opcode == MEMORY_SIZE ? 0 : 1, 1);
                copy(from);
            }
            case I32_CONST -> {
                in.signed(32, "a constant");
                move(0, 1);
                copy(from);
            }
            case I64_CONST -> {
                in.signed(64, "a constant");
                move(0, 1);
                copy(from);
            }
            case F32_CONST, F64_CONST -> {
                in.skip(opcode == F32_CONST ? 4 : 8, "a constant");
                move(0, 1);
                copy(from);
            }
            case REF_NULL -> {
                if (in.u8("a reference's type") != FUNCREF) {
                    throw in.unsupported("References are to functions");
                }
                move(0, 1);
                copy(from);
            }
            case REF_IS_NULL -> copy(from);
            case REF_FUNC -> {
                in.index(around.functionTypes().size(), "function");
                move(0, 1);
                copy(from);
            }
            case BULK -> bulk(from);
            default -> {
                if (opcode >= FIRST_LOAD && opcode <= LAST_STORE) {
                    in.index(5, "alignment");
                    in.u32("an offset");
                    move(opcode < FIRST_STORE ? 1 : 2, opcode < FIRST_STORE ? 1 : 0);
                    copy(from);
                } else if (opcode > F64_CONST && opcode <= LAST_NUMERIC) {
                    move(operands(opcode), 1);
                    copy(from);
                    canonical(makesNan(opcode));
                } else {
                    throw in.unsupported("Instruction 0x" + Integer.toHexString(opcode) + " is not supported");
                }
            }
        }
    }

    private void bulk(int from) throws PluginRefusedException {
        int which = (int) in.u32("an instruction");
        switch (which) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> copy(from); // saturating conversions
            case BULK_MEMORY_INIT -> {
                in.index(around.dataSegments(), "data segment");
                zero("memory");
                payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_MEMORY_COPY -> {
                zero("memory");
                zero("memory");
                payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_MEMORY_FILL -> {
                zero("memory");
                payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_DATA_DROP -> {
                in.index(around.dataSegments(), "data segment");
                copy(from);
            }
            case BULK_ELEM_DROP -> {
                in.index(around.elementSegments(), "element segment");
                copy(from);
            }
            case BULK_TABLE_INIT -> {
                in.index(around.elementSegments(), "element segment");
                in.index(around.tables(), "table");
                payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_COPY -> {
                in.index(around.tables(), "table");
                in.index(around.tables(), "table");
                payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_FILL -> {
                in.index(around.tables(), "table");
                payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_GROW -> {
                in.index(around.tables(), "table");
                charge.cost += GROW_COST - cost(BULK);
                move(2, 1);
                copy(from);
            }
            case BULK_TABLE_SIZE -> {
                in.index(around.tables(), "table");
                move(0, 1);
                copy(from);
            }
            default -> throw in.unsupported("Instruction 0xfc " + which + " is not supported");
        }
    }

    /** The length is on top of the stack and stays there. */
    private void payForLength(int shift) {
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

    private void canonical(int type) {
        if (type == F32) {
            if (f32Local < 0) {
                f32Local = scratch(F32);
            }
            code.u8(LOCAL_TEE).u32(f32Local).u8(F32_CONST).u32Le(CANONICAL_NAN_F32);
            code.u8(LOCAL_GET)
                    .u32(f32Local)
                    .u8(LOCAL_GET)
                    .u32(f32Local)
                    .u8(F32_EQ)
                    .u8(SELECT);
        } else if (type == F64) {
            if (f64Local < 0) {
                f64Local = scratch(F64);
            }
            code.u8(LOCAL_TEE).u32(f64Local).u8(F64_CONST).u64Le(CANONICAL_NAN_F64);
            code.u8(LOCAL_GET)
                    .u32(f64Local)
                    .u8(LOCAL_GET)
                    .u32(f64Local)
                    .u8(F64_EQ)
                    .u8(SELECT);
        }
    }

    private void called(Signature callee) {
        if (depthLocal < 0) {
            depthLocal = scratch(I32);
        }
        move(callee.parameters().size(), callee.results().size());
        takeFuel(code);
        code.u8(LOCAL_GET).u32(depthLocal).u8(GLOBAL_SET).u32(around.depthGlobal());
    }

    private void select(int from) {
        move(3, 1);
        copy(from);
    }

    private void enterBlock(int kind, int from) throws PluginRefusedException {
        if (kind == IF) {
            pop(1);
        }
        long type = in.signed(33, "a block's type");
        int parameters = 0;
        int results = 0;
        if (type >= 0) {
            if (type >= around.types().size()) {
                throw new PluginRefusedException(
                        Reason.INVALID,
                        "Type " + type + " is not one of " + around.types().size() + " (at byte " + from + ")");
            }
            parameters = around.types().get((int) type).parameters().size();
            results = around.types().get((int) type).results().size();
        } else if (type != EMPTY - 0x80) {
            if (!isValueType((int) (type + 0x80))) {
                throw in.unsupported("The type of a block is not supported");
            }
            results = 1;
        }
        if (frames.size() > around.limits().module().nestingMax()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "Blocks are nested deeper than " + around.limits().module().nestingMax() + " (at byte " + from
                            + ")");
        }
        copy(from);
        pop(parameters);
        frames.push(new Frame(kind, height, parameters, results));
        height += parameters;
        if (kind != BLOCK) {
            newCharge();
        }
    }

    private void leaveBlock() {
        Frame frame = frames.pop();
        height = frame.height + frame.results;
        heightMax = Math.max(heightMax, height);
        if (frame.kind == IF || frame.kind == ELSE || frame.branchedTo) {
            dead = false;
            newCharge();
        }
    }

    private void branch() throws PluginRefusedException {
        int depth = in.index(frames.size(), "label");
        int i = 0;
        for (Frame frame : frames) {
            if (i++ == depth) {
                // A branch to a loop goes to its head, which has a charge already; nothing arrives at its end.
                frame.branchedTo |= frame.kind != LOOP;
                return;
            }
        }
    }

    /** What follows is never run, until something can arrive again. */
    private void die() {
        height = frames.element().height;
        dead = true;
        charge = new Charge(code.length());
    }

    private void newCharge() {
        charge = new Charge(code.length());
        if (!dead) {
            charges.add(charge);
        }
    }

    private void copy(int from) {
        code.copy(module, from, in.position());
    }

    private void zero(String what) throws PluginRefusedException {
        if (in.u8(what) != 0) {
            throw in.unsupported("There is one " + what);
        }
    }

    private void move(int popped, int pushed) {
        pop(popped);
        height += pushed;
        heightMax = Math.max(heightMax, height);
    }

    private void pop(int count) {
        height = Math.max(frames.element().height, height - count);
    }

    private int scratch(int type) {
        scratch.add(type);
        return locals + scratch.size() - 1;
    }
}
