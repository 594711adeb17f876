package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionEventKind;

/** What a user can tell a session to do, and what comes of it. Pure: the rules of the session's life are here. */
enum Command {
    UPDATE(SessionEventKind.UPDATED),
    PAUSE(SessionEventKind.PAUSED),
    RESUME(SessionEventKind.RESUMED),
    END(SessionEventKind.ENDED),
    CORRECT(SessionEventKind.CORRECTED),
    DELETE(SessionEventKind.DELETED);

    private final SessionEventKind event;

    Command(SessionEventKind event) {
        this.event = event;
    }

    SessionEventKind event() {
        return event;
    }

    /**
     * Whether the command makes an event, is done already, or comes too late. Of a deleted session there is nothing to
     * judge.
     */
    Verdict judge(Status status) {
        if (status == Status.DELETED) {
            return Verdict.TOO_LATE;
        }
        return switch (this) {
            // Also after the end: giving a finished session its right name does not change what happened in it.
            case UPDATE, CORRECT, DELETE -> Verdict.HAPPENS;
            case PAUSE ->
                switch (status) {
                    case ACTIVE -> Verdict.HAPPENS;
                    case PAUSED -> Verdict.IS_DONE;
                    case ENDED, DELETED -> Verdict.TOO_LATE;
                };
            // Also while active: idleness may have paused the session, which only the stream knows.
            case RESUME -> status == Status.ENDED ? Verdict.TOO_LATE : Verdict.HAPPENS;
            case END -> status == Status.ENDED ? Verdict.IS_DONE : Verdict.HAPPENS;
        };
    }

    /** The status that follows once the command has happened. */
    Status after(Status status) {
        return switch (this) {
            case UPDATE, CORRECT -> status;
            case PAUSE -> Status.PAUSED;
            case RESUME -> Status.ACTIVE;
            case END -> Status.ENDED;
            case DELETE -> Status.DELETED;
        };
    }

    enum Verdict {
        HAPPENS,
        IS_DONE,
        TOO_LATE
    }
}
