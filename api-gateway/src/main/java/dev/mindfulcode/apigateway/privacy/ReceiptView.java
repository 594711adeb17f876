package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.ErasureStatus;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of a purge as the API shows it.
 *
 * @param state in_progress or complete
 * @param accountDigest SHA-256 of the receipt, a slash and the user id, in base64url
 */
record ReceiptView(
        String state, Instant requestedAt, @Nullable Instant completedAt, String accountDigest, List<Place> places) {

    /**
     * @param state pending, done, or operator: what is left is outside of this service, and the detail says what
     * @param items deleted, where they were counted
     */
    record Place(
            String place,
            String state,
            @Nullable Instant doneAt,
            @Nullable Long items,
            String description,
            @Nullable String detail) {

        static Place of(ErasureStatus.Step step) {
            ErasurePlace place = step.place();
            return new Place(
                    place.text(), step.state(), step.doneAt(), step.items(), place.description(), step.detail());
        }
    }

    static ReceiptView of(ErasureStatus status) {
        return new ReceiptView(
                status.completedAt() == null ? "in_progress" : "complete",
                status.requestedAt(),
                status.completedAt(),
                Base64.getUrlEncoder().withoutPadding().encodeToString(status.accountDigest()),
                status.steps().stream().map(Place::of).toList());
    }
}
