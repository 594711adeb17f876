package dev.mindfulcode.pluginhost;

import static dev.mindfulcode.pluginhost.Instruction.EMPTY;
import static dev.mindfulcode.pluginhost.Instruction.type;

import dev.mindfulcode.pluginhost.MeteredModule.Signature;
import java.util.ArrayList;
import java.util.List;

/** The declarations of a module that function bodies refer to. */
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

    /** Types of blocks without parameters. Those with several results are declared after the module's own types. */
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
}
