package dev.mindfulcode.ingestservice;

import org.jspecify.annotations.Nullable;

/**
 * Why one batch of several is not accepted, while the others are.
 *
 * @param index of the batch in the upload, zero-based
 * @param field the path at fault within the batch, such as {@code intervals_ms[3]}; null where it is the batch as a
 *     whole
 */
record Rejection(int index, ProblemType type, @Nullable String field, String detail) {

    static Rejection of(int index, UploadException refusal) {
        return new Rejection(index, refusal.type(), refusal.field(), refusal.detail());
    }
}
