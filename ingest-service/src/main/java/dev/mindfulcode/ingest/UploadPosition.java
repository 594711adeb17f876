package dev.mindfulcode.ingest;

import org.jspecify.annotations.Nullable;

/** Where in an upload a reader is, so that a refusal can name the field at fault. Not thread-safe; reused, never copied. */
final class UploadPosition {

    static final int NONE = -1;

    /** A client's own field name is repeated to it no further than this. */
    private static final int NAME_CHARS_MAX = 64;

    private int batch = NONE;
    private @Nullable String field;
    private int element = NONE;
    private @Nullable String member;

    void reset() {
        batch = NONE;
        leaveField();
    }

    /** Enters a batch of an array. */
    void batch(int index) {
        batch = index;
        leaveField();
    }

    void leaveField() {
        field = null;
        element = NONE;
        member = null;
    }

    void field(String name) {
        field = name;
        element = NONE;
        member = null;
    }

    void element(int index) {
        element = index;
        member = null;
    }

    void member(@Nullable String name) {
        member = name;
    }

    /** Refuses the upload for what is at this position. */
    Refusal invalid(String detail) {
        return new Refusal(ProblemType.INVALID_BATCH, detail, path());
    }

    Refusal malformed(String detail) {
        return new Refusal(ProblemType.MALFORMED_BODY, detail, path());
    }

    Refusal tooLarge(String detail) {
        return new Refusal(ProblemType.REQUEST_TOO_LARGE, detail, path());
    }

    /** Returns such as {@code [2].signals[3].at_ms}; null where the fault is with the whole. */
    @Nullable
    String path() {
        StringBuilder path = new StringBuilder();
        if (batch != NONE) {
            path.append('[').append(batch).append(']');
        }
        if (field != null) {
            if (!path.isEmpty()) {
                path.append('.');
            }
            path.append(shortened(field));
            if (element != NONE) {
                path.append('[').append(element).append(']');
            }
            if (member != null) {
                path.append('.').append(shortened(member));
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static String shortened(String name) {
        return name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "…";
    }
}
