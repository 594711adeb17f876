package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a session was after all, as its user says. Null: as it is known. Unlike what clients report, it is refused and
 * not clamped where it cannot be: a person typed it and can type it again.
 */
record SessionCorrection(
        @Nullable Instant startedAt, @Nullable Instant endedAt) {

    static final SessionCorrection NONE = new SessionCorrection(null, null);

    /** Longer than anybody works without a break of half an hour, and shorter than what a mistyped year makes. */
    static final Duration LENGTH_MAX = Duration.ofDays(7);

    static SessionCorrection read(JsonFields body, Instant now) {
        return new SessionCorrection(time(body, "started_at", now), time(body, "ended_at", now));
    }

    boolean isEmpty() {
        return !movesTimes();
    }

    boolean movesTimes() {
        return startedAt != null || endedAt != null;
    }

    /** Refuses what would leave out a keystroke of the session. */
    void check(Session.ActivitySpan typed) {
        if (startedAt != null && typed.from() != null && startedAt.isAfter(typed.from())) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "started_at", startedAt + " is after the session's first keystroke at " + typed.from() + ".");
        }
        if (endedAt != null && typed.to() != null && endedAt.isBefore(typed.to())) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "ended_at", endedAt + " is before the session's last keystroke at " + typed.to() + ".");
        }
    }

    /**
     * Refuses what would leave the session with an end before its start, or with a length that nobody works. Where the
     * end is not said, and known at most to the stream, a start that moves further than a session is long is what such
     * a length would come of.
     */
    void check(OwnedSession claim) {
        Instant began = startedAt == null ? claim.startedAt() : startedAt;
        Instant ended = endedAt == null ? claim.endedAt() : endedAt;
        if (ended == null) {
            if (Duration.between(began, claim.startedAt()).abs().compareTo(LENGTH_MAX) > 0) {
                throw ProblemType.INVALID_REQUEST.forField(
                        "started_at",
                        "Say `ended_at` as well where it began more than " + LENGTH_MAX.toDays() + " days off.");
            }
            return;
        }
        String field = endedAt == null ? "started_at" : "ended_at";
        if (ended.isBefore(began)) {
            throw ProblemType.INVALID_REQUEST.forField(field, "A session ends after it starts.");
        }
        if (Duration.between(began, ended).compareTo(LENGTH_MAX) > 0) {
            throw ProblemType.INVALID_REQUEST.forField(
                    field, "A session has at most " + LENGTH_MAX.toDays() + " days from start to end.");
        }
    }

    private static @Nullable Instant time(JsonFields body, String name, Instant now) {
        Instant at = body.time(name);
        if (at != null && at.isAfter(now.plus(Sessions.CLOCK_FUTURE_MAX))) {
            throw body.invalid(name, "A time that has been is expected.");
        }
        return at == null ? null : at.truncatedTo(ChronoUnit.MILLIS);
    }
}
