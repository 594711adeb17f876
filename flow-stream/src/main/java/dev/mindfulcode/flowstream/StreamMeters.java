package dev.mindfulcode.flowstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the stream counts about itself. Counts are of attempts: after an aborted transaction the same record is counted
 * again. Thread-safe.
 */
final class StreamMeters {

    private static final String BATCHES = "mindful.stream.batches";
    private static final String FEEDBACK = "mindful.stream.feedback";
    private static final String TEAM_WINDOWS = "mindful.stream.team.windows";
    private static final String DEAD_LETTERS = "mindful.stream.dead.letters";

    final Counter counted;
    final Counter held;
    final Counter duplicates;
    final Counter sequencesReused;
    final Counter erased;
    final Counter deleted;
    final Counter labelsLearned;
    final Counter labelsWithoutReading;
    final Counter feedbackOfErased;
    final Counter threadsReplaced;
    final Counter alertsTold;
    final Counter alertRulesRefused;
    final Counter modelsRefused;
    final Counter modelsTakenOver;
    final Counter teamWindowsReleased;
    final Counter teamWindowsClosed;
    final Counter teamWindowsWithheld;
    final Counter teamWindowsTooFew;
    final Counter teamContributionsDropped;
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);

    StreamMeters(MeterRegistry registry) {
        counted = registry.counter(BATCHES, "outcome", "counted");
        held = registry.counter(BATCHES, "outcome", "held");
        duplicates = registry.counter(BATCHES, "outcome", "duplicate");
        sequencesReused = registry.counter("mindful.stream.sequences.reused");
        erased = registry.counter(BATCHES, "outcome", "erased");
        deleted = registry.counter(BATCHES, "outcome", "session_deleted");
        labelsLearned = registry.counter(FEEDBACK, "outcome", "learned");
        labelsWithoutReading = registry.counter(FEEDBACK, "outcome", "without_reading");
        feedbackOfErased = registry.counter(FEEDBACK, "outcome", "erased");
        threadsReplaced = registry.counter("mindful.stream.threads.replaced");
        alertsTold = registry.counter("mindful.stream.alerts.told");
        alertRulesRefused = registry.counter("mindful.stream.alert.rules.refused");
        modelsRefused = registry.counter("mindful.stream.models.refused");
        modelsTakenOver = registry.counter("mindful.stream.models.taken.over");
        teamWindowsReleased = registry.counter(TEAM_WINDOWS, "outcome", "released");
        teamWindowsClosed = registry.counter(TEAM_WINDOWS, "outcome", "closed");
        teamWindowsWithheld = registry.counter(TEAM_WINDOWS, "outcome", "withheld");
        teamWindowsTooFew = registry.counter(TEAM_WINDOWS, "outcome", "too_few");
        teamContributionsDropped = registry.counter("mindful.stream.team.contributions.dropped");
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(reason, registry.counter(DEAD_LETTERS, "reason", reason.label()));
        }
    }

    void deadLetter(DeadLetterReason reason) {
        Objects.requireNonNull(deadLetters.get(reason)).increment();
    }
}
