package dev.mindfulcode.pluginhost;

import org.jspecify.annotations.Nullable;

/** A manifest or module that is not loaded; the message says what to change, and where in the module it is. */
public final class PluginRefusedException extends Exception {

    /** Why, in terms that stay. */
    public enum Reason {
        /** The manifest is no JSON, or a field of it is wrong. */
        MANIFEST,
        /** Not a WebAssembly binary, or broken off or bent somewhere. */
        MALFORMED,
        /** Well-formed, and does not type-check. */
        INVALID,
        /** A part of WebAssembly that the sandbox does without. */
        UNSUPPORTED,
        /** Past one of the {@link PluginLimits}. */
        TOO_LARGE,
        IMPORT_UNKNOWN,
        IMPORT_NOT_GRANTED,
        EXPORT_MISSING,
        /** Data or elements that do not fit the module's own memory or table. */
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

    /** The field of the manifest that is at fault, where it is a single one. */
    public @Nullable String field() {
        return field;
    }

    /** A name out of a guest's bytes as it may stand in a message: short, and printable. */
    static String shown(String name) {
        String printable = name.replaceAll("[^\\x21-\\x7E]", "?");
        return printable.length() <= 64 ? printable : printable.substring(0, 64) + "…";
    }
}
