package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import org.jspecify.annotations.Nullable;

/** The position of a reader in an upload, so that a problem names the field at fault. Not thread-safe. */
final class UploadPosition {

    static final int NONE = -1;

    /** Longest part of a client's field name that a problem repeats. */
    private static final int NAME_CHARS_MAX = 64;

    /** Name before the index of a batch; empty if the list of batches is the whole upload. */
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

    /** Returns the rejection of a batch, with the path within the batch. */
    ProblemException invalid(String detail) {
        return ProblemType.INVALID_BATCH.forField(pathInBatch(), detail);
    }

    /** Returns the rejection of the upload, with the path within the upload. */
    ProblemException invalidUpload(String detail) {
        return ProblemType.INVALID_UPLOAD.forField(path(), detail);
    }

    ProblemException malformed(String detail) {
        return ProblemType.MALFORMED_BODY.forField(path(), detail);
    }

    ProblemException tooLarge(String detail) {
        return ProblemType.REQUEST_TOO_LARGE.forField(path(), detail);
    }

    /** Returns a path such as {@code batches[2].signals[3].at_ms}; null for the whole upload. */
    @Nullable
    String path() {
        String inBatch = pathInBatch();
        if (batch == NONE) {
            return inBatch;
        }
        String path = list + '[' + batch + ']';
        return inBatch == null ? path : path + '.' + inBatch;
    }

    /** Returns a path such as {@code signals[3].at_ms}; null for the whole batch. */
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
