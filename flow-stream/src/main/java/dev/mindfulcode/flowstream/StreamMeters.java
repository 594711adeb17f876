package dev.mindfulcode.flowstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Counters of the stream. They count attempts: after an aborted transaction a record is counted again. Thread-safe.
 */
final class StreamMeters {

    private static final String BATCHES = "mindful.stream.batches";
    private static final String FEEDBACK = "mindful.stream.feedback";
    private static final String TEAM_RELEASES = "mindful.stream.team.releases";
    private static final String DEAD_LETTERS = "mindful.stream.dead.letters";

    private static final Duration[] AGE_BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofHours(1),
        Duration.ofDays(1)
    };

    private final MeterRegistry registry;
    private final Timer eventAge;

    /** Of the teams whose days closed here. */
    final LeastBudget budget = new LeastBudget();

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
        this.registry = registry;
        eventAge = Timer.builder("mindful.stream.event.age")
                .description("From the acceptance of a batch to its processing")
                .serviceLevelObjectives(AGE_BUCKETS)
                .register(registry);
        Gauge.builder("mindful.stream.team.budget.left", budget, LeastBudget::rho)
                .description("Least privacy budget that a team has left in its calendar month, in rho of zCDP")
                .baseUnit("rho")
                .register(registry);
        batchesCounted = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "counted");
        batchesBuffered = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "held");
        batchesDuplicate = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "duplicate");
        sequencesReused = counter(
                "mindful.stream.sequences.reused", "Batches with the sequence of another batch of their session");
        batchesOfErased = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "erased");
        batchesOfDeletedSessions = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "session_deleted");
        batchesNotCollected = counter(
                BATCHES,
                "Batches and feature reports by outcome; held ones wait for an earlier batch of their session",
                "outcome",
                "not_collected");
        labelsLearned = counter(FEEDBACK, "Flow ratings by outcome", "outcome", "learned");
        labelsWithoutReading = counter(FEEDBACK, "Flow ratings by outcome", "outcome", "without_reading");
        feedbackOfErased = counter(FEEDBACK, "Flow ratings by outcome", "outcome", "erased");
        eventsOfErased = counter("mindful.stream.events", "Events other than batches, by outcome", "outcome", "erased");
        threadsReplaced = counter("mindful.stream.threads.replaced", "Stream threads that failed and were replaced");
        pollsDeferred = counter(
                "mindful.stream.polls.deferred", "Periodic checks put off because the keys of users were unavailable");
        alertsPublished = counter("mindful.stream.alerts.published", "Team alerts published");
        alertRulesRejected = counter("mindful.stream.alert.rules.rejected", "Alert rules that are not readable");
        modelsRejected = counter("mindful.stream.models.rejected", "Flow models that are not readable");
        modelSwitches = counter("mindful.stream.models.switches", "Sessions that changed to another flow model");
        teamDaysReleased = counter(TEAM_RELEASES, "Days of teams that closed, by outcome", "outcome", "released");
        teamDaysWithheld = counter(TEAM_RELEASES, "Days of teams that closed, by outcome", "outcome", "budget_spent");
        teamDaysTooFew = counter(TEAM_RELEASES, "Days of teams that closed, by outcome", "outcome", "too_few");
        teamContributionsDropped = counter(
                "mindful.stream.team.contributions.dropped", "Contributions to days that were already released");
        teamContributionsOfErased =
                counter("mindful.stream.team.contributions.erased", "Contributions of erased users, skipped");
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(
                    reason,
                    counter(
                            DEAD_LETTERS,
                            "Records that were rejected and stored as dead letters",
                            "reason",
                            reason.label()));
        }
    }

    /** Records the age of an accepted batch; clocks of machines differ, so it may be negative. */
    void processed(long receivedAtMs, long nowMs) {
        eventAge.record(Math.max(0, nowMs - receivedAtMs), TimeUnit.MILLISECONDS);
    }

    private Counter counter(String name, String description, String... labelAndValue) {
        return Counter.builder(name)
                .description(description)
                .tags(labelAndValue)
                .register(registry);
    }

    void deadLetter(DeadLetterReason reason) {
        Objects.requireNonNull(deadLetters.get(reason)).increment();
    }
}
