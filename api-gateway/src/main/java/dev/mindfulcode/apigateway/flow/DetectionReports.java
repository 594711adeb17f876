package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Publishes detections that count, as reports of features: of a client that sends no keystrokes, they are all that the
 * read models get. A repeated one has the same report id and counts once. Thread-safe.
 */
final class DetectionReports {

    /** As for uploads. */
    private static final Duration LATENESS_MAX = Duration.ofDays(31);

    private static final Duration EARLINESS_MAX = Duration.ofMinutes(1);

    private final Database database;
    private final CollectionSettingsTable settings;
    private final EventPublisher events;
    private final InstantSource clock;

    DetectionReports(Database database, CollectionSettingsTable settings, EventPublisher events, InstantSource clock) {
        this.database = database;
        this.settings = settings;
        this.events = events;
        this.clock = clock;
    }

    /**
     * A detection's place in the history of its session.
     *
     * @param sequence zero-based within the session, counted together with its batches and reports
     * @param endedAt time of the last keystroke
     */
    record Position(UUID sessionId, long sequence, Instant endedAt) {}

    /**
     * Publishes a detection; fails with 400 for one that is no report, 403 for a user who lets nothing be collected of
     * the session, and 404 for a session that the user has not started.
     */
    Mono<LogPosition> publish(UUID userId, Position position, FlowDetector.Request request, FlowReading reading) {
        FlowFeatures report = report(position, request, reading);
        return database.inTransaction(settings.findLocked(userId)
                .doOnNext(DetectionReports::requireCollected)
                .then(Mono.defer(() -> requireSession(userId, position.sessionId())))
                .then(Mono.defer(() -> events.seal(Topics.FLOW_FEATURES, userId, report)))
                .flatMap(value -> events.publish(Topics.FLOW_FEATURES, userId, value)));
    }

    private FlowFeatures report(Position position, FlowDetector.Request request, FlowReading reading) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        long durationMs = 0;
        int activeMs = 0;
        for (int intervalMs : request.intervalsMs()) {
            durationMs += intervalMs;
            activeMs += SessionState.activeMs(intervalMs);
        }
        Instant endedAt = position.endedAt().truncatedTo(ChronoUnit.MILLIS);
        Instant startedAt = endedAt.minusMillis(durationMs);
        if (startedAt.isBefore(now.minus(LATENESS_MAX)) || endedAt.isAfter(now.plus(EARLINESS_MAX))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "flow_data.timestamp",
                    "A detection with a sequence is at most " + LATENESS_MAX.toDays() + " days old and not in the"
                            + " future.");
        }
        // Its rules are those of reports; the largest duration first, as the sum may exceed an int.
        FeatureReport counted = counted(
                startedAt.toEpochMilli(), Math.clamp(durationMs, 0, Integer.MAX_VALUE), activeMs, request, reading);
        return FlowFeatures.newBuilder()
                .setReportId(UUID.nameUUIDFromBytes(("detection/" + position.sessionId() + '/' + position.sequence())
                        .getBytes(StandardCharsets.UTF_8)))
                .setSessionId(position.sessionId())
                .setSequence(position.sequence())
                .setStartedAt(startedAt)
                .setReceivedAt(now)
                .setDurationMs(counted.durationMs())
                .setKeystrokes(counted.keystrokes())
                .setErrors(counted.errors())
                .setContextSwitches(counted.contextSwitches())
                .setFilesModified(counted.filesModified())
                .setActiveMs(counted.activeMs())
                .setRhythm(counted.rhythm())
                .setFocus(counted.focus())
                .setConsistency(counted.consistency())
                .setErrorPenalty(counted.errorPenalty())
                .setVelocity(counted.velocity())
                .build();
    }

    private static FeatureReport counted(
            long startedAtMs, int durationMs, int activeMs, FlowDetector.Request request, FlowReading reading) {
        try {
            return new FeatureReport(
                    startedAtMs,
                    durationMs,
                    request.intervalsMs().length,
                    request.errorEvents(),
                    request.contextSwitches(),
                    request.fileModifications(),
                    activeMs,
                    reading.rhythm(),
                    reading.focus(),
                    reading.consistency(),
                    reading.errorPenalty(),
                    reading.velocity());
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "flow_data", "Of a detection with a sequence " + e.getMessage() + '.');
        }
    }

    private static void requireCollected(CollectionSettings current) {
        if (!current.level().allowsFeatures()) {
            throw ProblemType.NOT_COLLECTED.forField(
                    "flow_data.sequence", "Your collection level allows no collection; detect without a sequence.");
        }
    }

    private Mono<Void> requireSession(UUID userId, UUID sessionId) {
        return database.sql("""
                        SELECT excluded_by IS NOT NULL AS excluded FROM gateway.session_owners
                        WHERE session_id = :session AND user_id = :user AND status IS NOT NULL""")
                .bind("session", sessionId)
                .bind("user", userId)
                .map(row -> Boolean.TRUE.equals(row.get("excluded", Boolean.class)))
                .one()
                .switchIfEmpty(Mono.error(() -> ProblemType.UNKNOWN_SESSION.forField(
                        "flow_data.session_id", "You have no session with this id.")))
                .flatMap(excluded -> excluded
                        ? Mono.error(ProblemType.NOT_COLLECTED.forField(
                                "flow_data.session_id", "Your privacy settings exclude the session."))
                        : Mono.empty());
    }
}
