package dev.mindfulcode.cli.http;

import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457).
 *
 * @param type the last part of its {@code type}, for example {@code unknown-session}; the status if the response has no
 *     document
 * @param field the field at fault, for example {@code session_id}
 */
public record Problem(
        int status, String type, String detail, @Nullable String field) {

    /** Returns the last part of a problem's {@code type}. */
    public static String codeOf(String type) {
        return type.substring(type.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return status + " " + type + (field == null ? "" : " at " + field) + (detail.isEmpty() ? "" : ": " + detail);
    }
}
