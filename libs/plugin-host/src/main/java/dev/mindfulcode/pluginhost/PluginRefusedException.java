package dev.mindfulcode.pluginhost;

import org.jspecify.annotations.Nullable;

/** A manifest or module that was rejected; the message states the rule and the position. */
public final class PluginRefusedException extends Exception {

    /** Stable reasons. */
    public enum Reason {
        /** The manifest is not JSON, or a field is invalid. */
        MANIFEST,
        /** Not a WebAssembly binary, or a corrupt one. */
        MALFORMED,
        /** Well-formed, but fails the type check. */
        INVALID,
        /** A WebAssembly feature that the sandbox does not support. */
        UNSUPPORTED,
        /** Beyond one of the {@link PluginLimits}. */
        TOO_LARGE,
        IMPORT_UNKNOWN,
        IMPORT_NOT_GRANTED,
        EXPORT_MISSING,
        /** Data or elements outside the module's memory or table. */
        NOT_INSTANTIABLE
    }

    private final Reason reason;
    private final @Nullable String field;

    PluginRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
        this.field = null;
    }

    PluginRefusedException(String field, String rule) {
        super("Manifest: " + field + " " + rule);
        this.reason = Reason.MANIFEST;
        this.field = field;
    }

    PluginRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.field = null;
    }

    public Reason reason() {
        return reason;
    }

    /** Returns the invalid field of the manifest, or null. */
    public @Nullable String field() {
        return field;
    }

    /** Returns a guest's name as short printable text for messages. */
    static String shown(String name) {
        String printable = name.replaceAll("[^\\x21-\\x7E]", "?");
        return printable.length() <= 64 ? printable : printable.substring(0, 64) + "…";
    }
}
