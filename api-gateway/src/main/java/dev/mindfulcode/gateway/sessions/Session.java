package dev.mindfulcode.gateway.sessions;

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
        long version) {

    /** A session of which the read model does not know yet. */
    static Session fresh(Claim claim, Instant now) {
        Status status = claim.status();
        return new Session(
                claim.sessionId(),
                (status == null ? Status.ACTIVE : status).text(),
                claim.startedAt(),
                claim.endedAt(),
                duration(claim.startedAt(), claim.endedAt(), now),
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
                0);
    }

    static long duration(Instant startedAt, @Nullable Instant endedAt, Instant now) {
        return Math.max(
                0, Duration.between(startedAt, endedAt == null ? now : endedAt).toMillis());
    }

    /** The same session after a command of which the read model does not know yet; no different where it does. */
    Session after(Claim claim, Command command, Details details, Instant now) {
        Status next = claim.status();
        Instant began = command == Command.CORRECT ? claim.startedAt() : startedAt;
        Instant ended = claim.endedAt() == null ? endedAt : claim.endedAt();
        if (ended != null && ended.isBefore(began)) {
            ended = began; // as in the read model
        }
        return new Session(
                sessionId,
                command == Command.UPDATE || next == null || (command == Command.CORRECT && next != Status.ENDED)
                        ? status
                        : next.text(),
                began,
                ended,
                duration(began, ended, now),
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
                version);
    }

    @Override
    public String toString() {
        return "Session[" + sessionId + "]";
    }
}
