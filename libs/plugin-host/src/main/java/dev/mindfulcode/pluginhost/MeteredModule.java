package dev.mindfulcode.pluginhost;

import java.util.List;
import java.util.Map;

/**
 * A metered module within the limits.
 *
 * @param binary valid if the original is
 * @param fuelGlobal index of the global with the remaining fuel; below zero means out of fuel
 * @param depthGlobal index of the global with the call depth
 * @param start function to call first, or -1; the binary has no start section
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

    /** Immutable bytes. */
    static final class Binary {
        final byte[] bytes;

        Binary(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** An imported function. */
    record Import(String from, String name, Signature signature) {}

    /** Value types by their names in the text format. */
    record Signature(List<String> parameters, List<String> results) {

        @Override
        public String toString() {
            return "(" + String.join(", ", parameters) + ") -> (" + String.join(", ", results) + ")";
        }
    }
}
