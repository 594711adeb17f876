package dev.mindfulcode.ingest;

import java.util.List;

/**
 * The batches of one request, all valid.
 *
 * @param batches 1 to {@link Limits#BATCHES_A_REQUEST_MAX}, in the order sent
 * @param isArray whether paths to a batch start with its index, which those to a batch sent by itself do not
 */
record Upload(List<Batch> batches, boolean isArray) {

    int keystrokes() {
        int keystrokes = 0;
        for (int i = 0; i < batches.size(); i++) {
            keystrokes += batches.get(i).keystrokes();
        }
        return keystrokes;
    }

    /** Returns such as {@code [2].session_id}. */
    String path(int batch, String field) {
        return isArray ? "[" + batch + "]." + field : field;
    }
}
