package dev.mindfulcode.dataprotection;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The progress of an erasure, without anything that identifies its user.
 *
 * @param accountDigest SHA-256 of receipt and user id
 * @param completedAt null while a step is pending
 */
@SuppressWarnings("ArrayRecordComponent") // read once
public record ErasureStatus(
        byte[] accountDigest, Instant requestedAt, @Nullable Instant completedAt, List<Step> steps) {

    /**
     * @param state pending, done or operator
     * @param items deleted, where they were counted
     * @param detail what is left to the operator
     */
    public record Step(
            ErasurePlace place,
            String state,
            @Nullable Instant doneAt,
            @Nullable Long items,
            @Nullable String detail) {}
}
