package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemException;
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

    /** A request does not say which keystrokes begin a line: one of so many, about. */
    private static final int KEYSTROKES_PER_LINE = 40;

    /** Rhythm and velocity of a held key or a metronome: two reports in a row with both are no typing to the stream. */
    private static final float OF_NO_PERSON = 0.5f;

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
     * @param endedAt time of the last keystroke by the client's clock; the time of receipt replaces a later one
     */
    record Position(UUID sessionId, long sequence, Instant endedAt) {}

    /**
     * Publishes a detection; fails with 400 for one that is no report, 403 for a user who does not let features be
     * collected of the session, or lets keystrokes be collected, and 404 for a session that the user has not started.
     */
    Mono<LogPosition> publish(UUID userId, Position position, FlowDetector.Request request, FlowReading reading) {
        FlowFeatures report = report(position, request, reading, clock.instant());
        // No transaction: it would occupy a connection while Kafka is slow. The stream applies the level again.
        return requireSession(userId, position.sessionId())
                .then(Mono.defer(() -> settings.find(userId)))
                .doOnNext(current -> requireFeatures(current.level()))
                .flatMap(_ -> events.seal(Topics.FLOW_FEATURES, userId, report))
                .flatMap(value -> events.publish(Topics.FLOW_FEATURES, userId, value));
    }

    /** @throws ProblemException if the detection is no report */
    static FlowFeatures report(
            Position position, FlowDetector.Request request, FlowReading reading, Instant receivedAt) {
        Instant now = receivedAt.truncatedTo(ChronoUnit.MILLIS);
        long durationMs = 0;
        int activeMs = 0;
        for (int intervalMs : request.intervalsMs()) {
            durationMs += intervalMs;
            activeMs += SessionState.activeMs(intervalMs);
        }
        Instant sentEnd = position.endedAt().truncatedTo(ChronoUnit.MILLIS);
        Instant endedAt = sentEnd.isAfter(now) ? now : sentEnd;
        if (endedAt.isBefore(now.minus(LATENESS_MAX).plusMillis(durationMs))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "flow_data.timestamp",
                    "A detection with a sequence is at most " + LATENESS_MAX.toDays() + " days old.");
        }
        Instant startedAt = endedAt.minusMillis(durationMs);
        // Its rules are those of reports; the largest duration first, as the sum may exceed an int.
        FeatureReport counted = counted(
                startedAt.toEpochMilli(), Math.clamp(durationMs, 0, Integer.MAX_VALUE), activeMs, request, reading);
        return FlowFeatures.newBuilder()
                .setReportId(reportId(position))
                .setSessionId(position.sessionId())
                .setSequence(position.sequence())
                .setStartedAt(startedAt)
                .setReceivedAt(now)
                .setDurationMs(counted.durationMs())
                .setKeystrokes(counted.keystrokes())
                .setErrors(counted.errors())
                .setContextSwitches(counted.contextSwitches())
                .setLines(counted.lines())
                .setFilesModified(counted.filesModified())
                .setActiveMs(counted.activeMs())
                .setRhythm(counted.rhythm())
                .setFocus(counted.focus())
                .setConsistency(counted.consistency())
                .setErrorPenalty(counted.errorPenalty())
                .setVelocity(counted.velocity())
                .build();
    }

    /**
     * Returns the same id for a repeated detection, and another for one that has the same sequence because the client
     * restarted and counts from 0.
     */
    private static UUID reportId(Position position) {
        String name = "detection/" + position.sessionId() + '/' + position.sequence() + '/' + position.endedAt();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
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
                    0,
                    request.intervalsMs().length / KEYSTROKES_PER_LINE,
                    request.fileModifications(),
                    activeMs,
                    reading.isHuman() ? reading.rhythm() : OF_NO_PERSON,
                    reading.focus(),
                    reading.consistency(),
                    reading.errorPenalty(),
                    reading.isHuman() ? reading.velocity() : OF_NO_PERSON);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "flow_data", "Of a detection with a sequence " + e.getMessage() + '.');
        }
    }

    /** At level full keystrokes count, and a detection would count the same typing again. */
    static void requireFeatures(CollectionLevel level) {
        if (level != CollectionLevel.FEATURES) {
            throw ProblemType.NOT_COLLECTED.forField(
                    "flow_data.sequence",
                    "Your privacy setting collection_level is " + level.text()
                            + "; a detection counts at features only. Detect without a sequence, or change the level.");
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
