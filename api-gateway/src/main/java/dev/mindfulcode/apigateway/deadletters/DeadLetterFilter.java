package dev.mindfulcode.apigateway.deadletters;

import org.jspecify.annotations.Nullable;

/** Conditions on letters; null matches all. */
record DeadLetterFilter(
        @Nullable String component,
        @Nullable String topic,
        @Nullable String reason) {

    /** Longer than any component, topic or reason. */
    static final int LENGTH_MAX = 200;

    boolean matches(StoredDeadLetter letter) {
        return (component == null || component.equals(letter.component()))
                && (topic == null || topic.equals(letter.topic()))
                && (reason == null || reason.equals(letter.reason()));
    }
}
