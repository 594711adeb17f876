package dev.mindfulcode.pluginhost;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import java.util.function.Function;

/** Execution of a module. Plugins are compiled; tests compare the compiler with the interpreter. */
enum WasmEngine {
    COMPILED {
        @Override
        Function<Instance, Machine> machines(WasmModule module) {
            return MachineFactoryCompiler.builder(module)
                    .withInterpreterFallback(InterpreterFallback.FAIL)
                    .compile();
        }
    },
    INTERPRETED {
        @Override
        Function<Instance, Machine> machines(WasmModule module) {
            return InterpreterMachine::new;
        }
    };

    abstract Function<Instance, Machine> machines(WasmModule module);
}
