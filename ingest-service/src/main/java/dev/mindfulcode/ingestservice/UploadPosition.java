package dev.mindfulcode.ingestservice;

import org.jspecify.annotations.Nullable;

/**
 * Where in an upload a reader is, so that a refusal can name the field at fault. Not thread-safe; reused, never copied.
 */
final class UploadPosition {

    static final int NONE = -1;

    /** A client's own field name is repeated to it no further than this. */
    private static final int NAME_CHARS_MAX = 64;

    /** Before the index of a batch; empty where the list of batches is the whole upload. */
    private String list = "";

    private int batch = NONE;
    private @Nullable String field;
    private int element = NONE;
    private @Nullable String member;

    void reset() {
        list = "";
        batch = NONE;
        leaveField();
    }

    /** Enters a list of batches that is a field of the upload. */
    void list(String name) {
        list = name;
    }

    void leaveList() {
        batch = NONE;
        leaveField();
        field = list.isEmpty() ? null : list;
    }

    /** Enters a batch of a list. */
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

    /** Refuses the batch for what is at this position, which is named within the batch. */
    UploadException invalid(String detail) {
        return new UploadException(ProblemType.INVALID_BATCH, detail, pathInBatch());
    }

    /** Refuses the upload for what is at this position. */
    UploadException invalidUpload(String detail) {
        return new UploadException(ProblemType.INVALID_UPLOAD, detail, path());
    }

    UploadException malformed(String detail) {
        return new UploadException(ProblemType.MALFORMED_BODY, detail, path());
    }

    UploadException tooLarge(String detail) {
        return new UploadException(ProblemType.REQUEST_TOO_LARGE, detail, path());
    }

    /** Returns such as {@code batches[2].signals[3].at_ms}; null where the fault is with the whole. */
    @Nullable
    String path() {
        String inBatch = pathInBatch();
        if (batch == NONE) {
            return inBatch;
        }
        String path = list + '[' + batch + ']';
        return inBatch == null ? path : path + '.' + inBatch;
    }

    /** Returns such as {@code signals[3].at_ms}; null where the fault is with the batch as a whole. */
    private @Nullable String pathInBatch() {
        if (field == null) {
            return null;
        }
        StringBuilder path = new StringBuilder(shortened(field));
        if (element != NONE) {
            path.append('[').append(element).append(']');
        }
        if (member != null) {
            path.append('.').append(shortened(member));
        }
        return path.toString();
    }

    private static String shortened(String name) {
        return name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "…";
    }
}
