package dev.mindfulcode.apigateway.sessions;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as the API shows it.
 *
 * @param durationMs from its start to its end, or to now while it has none
 * @param activeMs of it, the time with activity
 * @param meanIntensity over the active time, 0 to 1; null before there was any
 * @param nextSequence the sequence after the highest that was accepted: where an editor that restarts goes on
 * @param reusedSequences batches that came under a sequence that another one had used before; they are counted
 * @param version of the flow state whose totals these are; 0 before there was one
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

    /**
     * From the first to the last activity in a session; null before there was any. The session's own times never leave
     * it out.
     */
    record ActivitySpan(@Nullable Instant from, @Nullable Instant to) {

        static final ActivitySpan NOTHING = new ActivitySpan(null, null);

        Instant orEarlier(Instant startedAt) {
            return from != null && from.isBefore(startedAt) ? from : startedAt;
        }

        Instant orLater(Instant endedAt) {
            return to != null && to.isAfter(endedAt) ? to : endedAt;
        }
    }

    /** A session of which the read model does not know yet. */
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

    /** Returns a length that holds the active time, which may reach past `now` where a client's clock is ahead. */
    static long duration(Instant startedAt, @Nullable Instant endedAt, long activeMs, Instant now) {
        return Math.max(
                activeMs,
                Duration.between(startedAt, endedAt == null ? now : endedAt).toMillis());
    }

    /** The same session after a command of which the read model does not know yet; no different where it does. */
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
