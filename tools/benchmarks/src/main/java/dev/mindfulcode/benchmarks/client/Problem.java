package dev.mindfulcode.benchmarks.client;

import org.jspecify.annotations.Nullable;

/**
 * What an RFC 9457 problem document said.
 *
 * @param type the last part of its {@code type}, for example {@code unknown-session}; the status where there was no
 *     document
 * @param field what was at fault, for example {@code session_id}
 */
public record Problem(
        int status, String type, String detail, @Nullable String field) {

    /** Returns the last part of a problem's {@code type}. */
    static String nameOf(String type) {
        return type.substring(type.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return status + " " + type + (field == null ? "" : " at " + field) + (detail.isEmpty() ? "" : ": " + detail);
    }
}
