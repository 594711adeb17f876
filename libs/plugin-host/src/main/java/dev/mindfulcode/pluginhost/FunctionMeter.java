package dev.mindfulcode.pluginhost;

import static dev.mindfulcode.pluginhost.Instruction.*;

import dev.mindfulcode.pluginhost.MeteredModule.Signature;
import dev.mindfulcode.pluginhost.PluginRefusedException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Validates one function's body against the limits and rewrites it as a {@link MeteredBody}.
 *
 * <p>A basic block starts where a branch can arrive or may have been taken: at the function's entry, the head of a
 * loop, each arm of an {@code if}, the end of an {@code if} or of a {@code block} with a branch to it, and after a
 * {@code br_if}. It is paid in whole before its first instruction. Bulk instructions pay in addition for their length.
 */
final class FunctionMeter {

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
    private final ModuleContext context;
    private final int from;
    private final int groups;
    private final int groupsFrom;
    private final int groupsTo;
    private final int locals;
    private final MeteredBody body;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private int height;
    private int heightMax;
    private boolean dead;

    FunctionMeter(byte[] module, ModuleReader in, Signature signature, ModuleContext context)
            throws PluginRefusedException {
        this.module = module;
        this.in = in;
        this.signature = signature;
        this.context = context;
        int localsMax = context.limits().module().localsMax();
        from = in.position();
        groups = in.count(localsMax, "groups of locals");
        groupsFrom = in.position();
        int count = signature.parameters().size();
        for (int i = 0; i < groups; i++) {
            count += in.count(Math.max(0, localsMax - count), "locals");
            ModuleMeter.valueType(in);
        }
        locals = count;
        groupsTo = in.position();
        body = new MeteredBody(context, locals);
    }

    ModuleWriter meter() throws PluginRefusedException {
        frames.push(new Frame(BLOCK, 0, 0, signature.results().size()));
        while (!frames.isEmpty()) {
            instruction();
        }
        if (!in.atEnd()) {
            throw in.malformed("A function continues after its end");
        }
        int operandsMax = context.limits().module().operandsMax();
        if (heightMax > operandsMax) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "A function needs an operand stack of " + heightMax + "; at most " + operandsMax
                            + " is allowed (at byte " + from + ")");
        }
        return body.complete(module, groups, groupsFrom, groupsTo, signature.results());
    }

    /** Returns blocks times locals and operands of the metered function. */
    long slots() {
        return body.slots(heightMax);
    }

    private void instruction() throws PluginRefusedException {
        int from = in.position();
        int opcode = in.u8("an instruction");
        body.charge(cost(opcode));
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
                body.newBlock(!dead);
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
                body.newBlock(!dead);
            }
            case BR_TABLE -> {
                pop(1);
                int targets = in.count(context.limits().module().branchTargetsMax(), "targets of a branch table");
                for (int i = 0; i <= targets; i++) {
                    branch();
                }
                copy(from);
                die();
            }
            case RETURN -> {
                body.branch(frames.size() - 1L);
                die();
            }
            case CALL -> {
                int function = in.index(context.functionTypes().size(), "function");
                called(from, context.types().get(context.functionTypes().get(function)));
            }
            case CALL_INDIRECT -> {
                int type = in.index(context.types().size(), "type");
                in.index(context.tables(), "table");
                pop(1);
                called(from, context.types().get(type));
            }
            case DROP -> {
                pop(1);
                copy(from);
            }
            case SELECT -> select(from);
            case SELECT_TYPED -> {
                if (in.u32("types of a select") != 1) {
                    throw in.malformed("A select must have one type");
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
                in.index(context.globals(), "global");
                move(opcode == GLOBAL_GET ? 0 : 1, opcode == GLOBAL_GET ? 1 : 0);
                copy(from);
            }
            case TABLE_GET, TABLE_SET -> {
                in.index(context.tables(), "table");
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
                    throw in.unsupported("References must be to functions");
                }
                move(0, 1);
                copy(from);
            }
            case REF_IS_NULL -> copy(from);
            case REF_FUNC -> {
                in.index(context.functionTypes().size(), "function");
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
                    body.canonicalizeNan(makesNan(opcode));
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
                in.index(context.dataSegments(), "data segment");
                zero("memory");
                body.payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_MEMORY_COPY -> {
                zero("memory");
                zero("memory");
                body.payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_MEMORY_FILL -> {
                zero("memory");
                body.payForLength(3);
                move(3, 0);
                copy(from);
            }
            case BULK_DATA_DROP -> {
                in.index(context.dataSegments(), "data segment");
                copy(from);
            }
            case BULK_ELEM_DROP -> {
                in.index(context.elementSegments(), "element segment");
                copy(from);
            }
            case BULK_TABLE_INIT -> {
                in.index(context.elementSegments(), "element segment");
                in.index(context.tables(), "table");
                body.payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_COPY -> {
                in.index(context.tables(), "table");
                in.index(context.tables(), "table");
                body.payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_FILL -> {
                in.index(context.tables(), "table");
                body.payForLength(0);
                move(3, 0);
                copy(from);
            }
            case BULK_TABLE_GROW -> {
                in.index(context.tables(), "table");
                body.charge(GROW_COST - cost(BULK));
                move(2, 1);
                copy(from);
            }
            case BULK_TABLE_SIZE -> {
                in.index(context.tables(), "table");
                move(0, 1);
                copy(from);
            }
            default -> throw in.unsupported("Instruction 0xfc " + which + " is not supported");
        }
    }

    private void called(int from, Signature callee) {
        body.beforeCall();
        copy(from);
        move(callee.parameters().size(), callee.results().size());
        body.afterCall();
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
            if (type >= context.types().size()) {
                throw new PluginRefusedException(
                        Reason.INVALID,
                        "Type " + type + " is not one of " + context.types().size() + " (at byte " + from + ")");
            }
            parameters = context.types().get((int) type).parameters().size();
            results = context.types().get((int) type).results().size();
        } else if (type != EMPTY - 0x80) {
            if (!isValueType((int) (type + 0x80))) {
                throw in.unsupported("The type of a block is not supported");
            }
            results = 1;
        }
        if (frames.size() > context.limits().module().nestingMax()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "Blocks are nested deeper than " + context.limits().module().nestingMax() + " (at byte " + from
                            + ")");
        }
        copy(from);
        pop(parameters);
        frames.push(new Frame(kind, height, parameters, results));
        height += parameters;
        if (kind != BLOCK) {
            body.newBlock(!dead);
        }
    }

    private void leaveBlock() {
        Frame frame = frames.pop();
        height = frame.height + frame.results;
        heightMax = Math.max(heightMax, height);
        if (frame.kind == IF || frame.kind == ELSE || frame.branchedTo) {
            dead = false;
            body.newBlock(!dead);
        }
    }

    private void branch() throws PluginRefusedException {
        int depth = in.index(frames.size(), "label");
        int i = 0;
        for (Frame frame : frames) {
            if (i++ == depth) {
                // A branch to a loop jumps to its head, which is already a block; nothing jumps to its end.
                frame.branchedTo |= frame.kind != LOOP;
                return;
            }
        }
    }

    /** Marks the following instructions as unreachable, up to the next branch target. */
    private void die() {
        height = frames.element().height;
        dead = true;
        body.newBlock(false);
    }

    private void copy(int from) {
        body.copy(module, from, in.position());
    }

    private void zero(String what) throws PluginRefusedException {
        if (in.u8(what) != 0) {
            throw in.unsupported("There must be one " + what);
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
}
