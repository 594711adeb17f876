package dev.mindfulcode.flowstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Counters of the stream. They count attempts: after an aborted transaction a record is counted again. Thread-safe.
 */
final class StreamMeters {

    private static final String BATCHES = "mindful.stream.batches";
    private static final String FEEDBACK = "mindful.stream.feedback";
    private static final String TEAM_DAYS = "mindful.stream.team.days";
    private static final String DEAD_LETTERS = "mindful.stream.dead.letters";

    final Counter batchesCounted;
    final Counter batchesBuffered;
    final Counter batchesDuplicate;
    final Counter sequencesReused;
    final Counter batchesOfErased;
    final Counter batchesOfDeletedSessions;
    final Counter batchesNotCollected;
    final Counter labelsLearned;
    final Counter labelsWithoutReading;
    final Counter feedbackOfErased;
    final Counter eventsOfErased;
    final Counter threadsReplaced;
    final Counter pollsDeferred;
    final Counter alertsPublished;
    final Counter alertRulesRejected;
    final Counter modelsRejected;
    final Counter modelSwitches;
    final Counter teamDaysReleased;
    final Counter teamDaysWithheld;
    final Counter teamDaysTooFew;
    final Counter teamContributionsDropped;
    final Counter teamContributionsOfErased;
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);

    StreamMeters(MeterRegistry registry) {
        batchesCounted = registry.counter(BATCHES, "outcome", "counted");
        batchesBuffered = registry.counter(BATCHES, "outcome", "held");
        batchesDuplicate = registry.counter(BATCHES, "outcome", "duplicate");
        sequencesReused = registry.counter("mindful.stream.sequences.reused");
        batchesOfErased = registry.counter(BATCHES, "outcome", "erased");
        batchesOfDeletedSessions = registry.counter(BATCHES, "outcome", "session_deleted");
        batchesNotCollected = registry.counter(BATCHES, "outcome", "not_collected");
        labelsLearned = registry.counter(FEEDBACK, "outcome", "learned");
        labelsWithoutReading = registry.counter(FEEDBACK, "outcome", "without_reading");
        feedbackOfErased = registry.counter(FEEDBACK, "outcome", "erased");
        eventsOfErased = registry.counter("mindful.stream.events", "outcome", "erased");
        threadsReplaced = registry.counter("mindful.stream.threads.replaced");
        pollsDeferred = registry.counter("mindful.stream.polls.deferred");
        alertsPublished = registry.counter("mindful.stream.alerts.published");
        alertRulesRejected = registry.counter("mindful.stream.alert.rules.rejected");
        modelsRejected = registry.counter("mindful.stream.models.rejected");
        modelSwitches = registry.counter("mindful.stream.models.switches");
        teamDaysReleased = registry.counter(TEAM_DAYS, "outcome", "released");
        teamDaysWithheld = registry.counter(TEAM_DAYS, "outcome", "budget_spent");
        teamDaysTooFew = registry.counter(TEAM_DAYS, "outcome", "too_few");
        teamContributionsDropped = registry.counter("mindful.stream.team.contributions.dropped");
        teamContributionsOfErased = registry.counter("mindful.stream.team.contributions.erased");
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(reason, registry.counter(DEAD_LETTERS, "reason", reason.label()));
        }
    }

    void deadLetter(DeadLetterReason reason) {
        Objects.requireNonNull(deadLetters.get(reason)).increment();
    }
}
