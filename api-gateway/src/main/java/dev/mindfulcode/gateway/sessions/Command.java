package dev.mindfulcode.gateway.sessions;

import dev.mindfulcode.schemas.SessionEventKind;

/** What a user can tell a running session to do, and what comes of it. Pure: the rules of the session's life are here. */
enum Command {
    UPDATE(SessionEventKind.UPDATED),
    PAUSE(SessionEventKind.PAUSED),
    RESUME(SessionEventKind.RESUMED),
    END(SessionEventKind.ENDED);

    private final SessionEventKind event;

    Command(SessionEventKind event) {
        this.event = event;
    }

    SessionEventKind event() {
        return event;
    }

    /** Whether the command makes an event, is done already, or comes too late. */
    Verdict judge(Status status) {
        return switch (this) {
            // Also after the end: giving a finished session its right name does not change what happened in it.
            case UPDATE -> Verdict.HAPPENS;
            case PAUSE ->
                switch (status) {
                    case ACTIVE -> Verdict.HAPPENS;
                    case PAUSED -> Verdict.IS_DONE;
                    case ENDED -> Verdict.TOO_LATE;
                };
            // Also while active: idleness may have paused the session, which only the stream knows.
            case RESUME -> status == Status.ENDED ? Verdict.TOO_LATE : Verdict.HAPPENS;
            case END -> status == Status.ENDED ? Verdict.IS_DONE : Verdict.HAPPENS;
        };
    }

    /** The status that follows once the command has happened. */
    Status after(Status status) {
        return switch (this) {
            case UPDATE -> status;
            case PAUSE -> Status.PAUSED;
            case RESUME -> Status.ACTIVE;
            case END -> Status.ENDED;
        };
    }

    enum Verdict {
        HAPPENS,
        IS_DONE,
        TOO_LATE
    }
}
