package dev.mindfulcode.apigateway.sessions;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as the API shows it.
 * @param durationMs from start to end, or to now without an end
 * @param activeMs time with activity
 * @param meanIntensity over the active time, 0 to 1; null without activity
 * @param nextSequence sequence after the highest accepted one, with which a restarted editor continues
 * @param reusedSequences number of batches with a sequence that another batch had used; they are counted
 * @param version of the flow state with these totals; 0 before the first
 * @param activity not shown
 */
public record Session(
        UUID sessionId,
        String status,
        Instant startedAt,
        @Nullable Instant endedAt,
        long durationMs,
        long activeMs,
        long keystrokes,
        long errors,
        long filesModified,
        @Nullable String project,
        @Nullable String language,
        @Nullable String editor,
        long flowMs,
        @Nullable Double meanIntensity,
        long interruptions,
        long nextSequence,
        long reusedSequences,
        long version,
        @JsonIgnore ActivitySpan activity) {

    /** First and last activity of a session; null without activity. A session always includes it. */
    record ActivitySpan(@Nullable Instant from, @Nullable Instant to) {

        static final ActivitySpan NOTHING = new ActivitySpan(null, null);

        Instant orEarlier(Instant startedAt) {
            return from != null && from.isBefore(startedAt) ? from : startedAt;
        }

        Instant orLater(Instant endedAt) {
            return to != null && to.isAfter(endedAt) ? to : endedAt;
        }
    }

    /** Returns a session that is not in the read model yet. */
    static Session notYetProjected(OwnedSession claim, Instant now) {
        SessionLifecycle status = claim.status();
        return new Session(
                claim.sessionId(),
                (status == null ? SessionLifecycle.ACTIVE : status).text(),
                claim.startedAt(),
                claim.endedAt(),
                duration(claim.startedAt(), claim.endedAt(), 0, now),
                0,
                0,
                0,
                0,
                null,
                null,
                null,
                0,
                null,
                0,
                0,
                0,
                0,
                ActivitySpan.NOTHING);
    }

    /** Returns the duration, at least the active time, which may exceed it if a client's clock is ahead. */
    static long duration(Instant startedAt, @Nullable Instant endedAt, long activeMs, Instant now) {
        return Math.max(
                activeMs,
                Duration.between(startedAt, endedAt == null ? now : endedAt).toMillis());
    }

    /** Returns the session with a command applied that may not be in the read model yet. Idempotent. */
    Session withCommand(OwnedSession claim, SessionCommand command, DetailsUpdate details, Instant now) {
        SessionLifecycle next = claim.status();
        Instant began = command == SessionCommand.CORRECT ? activity.orEarlier(claim.startedAt()) : startedAt;
        Instant ended = claim.endedAt() == null ? endedAt : activity.orLater(claim.endedAt());
        if (ended != null && ended.isBefore(began)) {
            ended = began; // as in the read model
        }
        return new Session(
                sessionId,
                command == SessionCommand.UPDATE
                                || next == null
                                || (command == SessionCommand.CORRECT && next != SessionLifecycle.ENDED)
                        ? status
                        : next.text(),
                began,
                ended,
                duration(began, ended, activeMs, now),
                activeMs,
                keystrokes,
                errors,
                filesModified,
                details.project() == null ? project : details.project(),
                details.language() == null ? language : details.language(),
                details.editor() == null ? editor : details.editor(),
                flowMs,
                meanIntensity,
                interruptions,
                nextSequence,
                reusedSequences,
                version,
                activity);
    }

    @Override
    public String toString() {
        return "Session[" + sessionId + "]";
    }
}
