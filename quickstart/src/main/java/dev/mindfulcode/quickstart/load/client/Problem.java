package dev.mindfulcode.quickstart.load.client;

import org.jspecify.annotations.Nullable;

/**
 * What an RFC 9457 problem document said.
 *
 * @param type the last part of its {@code type}, for example {@code unknown-session}; the status where there was no document
 * @param field what was at fault, for example {@code [2].session_id}
 */
public record Problem(
        int status, String type, String detail, @Nullable String field) {

    /** Returns the index of the batch at fault in an array of batches, or -1 where the field names none. */
    int batchIndex() {
        if (field == null || !field.startsWith("[")) {
            return -1;
        }
        int end = field.indexOf(']');
        try {
            return end < 0 ? -1 : Integer.parseInt(field, 1, end, 10);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public String toString() {
        return status + " " + type + (field == null ? "" : " at " + field) + (detail.isEmpty() ? "" : ": " + detail);
    }
}
