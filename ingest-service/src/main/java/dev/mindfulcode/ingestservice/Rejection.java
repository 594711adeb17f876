package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * The reason why one batch of several is not accepted.
 *
 * @param index of the batch in the upload, zero-based
 * @param field the path at fault within the batch, such as {@code intervals_ms[3]}; null if it is the whole batch
 */
record Rejection(int index, ProblemType type, @Nullable String field, String detail) {

    static Rejection of(int index, ProblemException problem) {
        return new Rejection(index, problem.type(), problem.field(), problem.detail());
    }
}
