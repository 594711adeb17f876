package dev.mindfulcode.pluginhost;

import java.util.List;
import java.util.Map;

/**
 * A module with its meter, within the limits, and what the host must know of it.
 *
 * @param binary as valid as the original was
 * @param fuelGlobal index of the units left; below zero: out of fuel
 * @param depthGlobal index of the depth of calls
 * @param start function to call before any other, or -1; the binary has no start section any more
 * @param exports index of each exported function
 */
record MeteredModule(
        Binary binary,
        int fuelGlobal,
        int depthGlobal,
        int start,
        List<Import> imports,
        Map<String, Integer> exports,
        Map<String, Signature> signatures) {

    /** The bytes, which nobody changes. */
    static final class Binary {
        final byte[] bytes;

        Binary(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** A function that the module asks for. */
    record Import(String from, String name, Signature signature) {}

    /** Names of value types as WebAssembly's text has them. */
    record Signature(List<String> parameters, List<String> results) {

        @Override
        public String toString() {
            return "(" + String.join(", ", parameters) + ") -> (" + String.join(", ", results) + ")";
        }
    }
}
