package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Start and end of a session as corrected by its user; null leaves a time as it is. Unlike times that clients report,
 * invalid ones are rejected and not clamped, as a person can enter them again.
 */
record SessionCorrection(
        @Nullable Instant startedAt, @Nullable Instant endedAt) {

    static final SessionCorrection NONE = new SessionCorrection(null, null);

    /** Longer than any session without a break of half an hour; catches a mistyped year. */
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

    /** Rejects times that would exclude a keystroke. */
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
     * Rejects an end before the start, and a session longer than {@link #LENGTH_MAX}. Without a known end, the start
     * may move by at most that much.
     */
    void check(OwnedSession claim) {
        Instant began = startedAt == null ? claim.startedAt() : startedAt;
        Instant ended = endedAt == null ? claim.endedAt() : endedAt;
        if (ended == null) {
            if (Duration.between(began, claim.startedAt()).abs().compareTo(LENGTH_MAX) > 0) {
                throw ProblemType.INVALID_REQUEST.forField(
                        "started_at",
                        "Moves the start by more than " + LENGTH_MAX.toDays() + " days; send ended_at as well.");
            }
            return;
        }
        String field = endedAt == null ? "started_at" : "ended_at";
        if (ended.isBefore(began)) {
            throw ProblemType.INVALID_REQUEST.forField(field, "The end must not be before the start.");
        }
        if (Duration.between(began, ended).compareTo(LENGTH_MAX) > 0) {
            throw ProblemType.INVALID_REQUEST.forField(
                    field, "A session lasts at most " + LENGTH_MAX.toDays() + " days.");
        }
    }

    private static @Nullable Instant time(JsonFields body, String name, Instant now) {
        Instant at = body.time(name);
        if (at != null && at.isAfter(now.plus(Sessions.CLOCK_FUTURE_MAX))) {
            throw body.invalid(name, "Must not be in the future.");
        }
        return at == null ? null : at.truncatedTo(ChronoUnit.MILLIS);
    }
}
