package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionEventKind;

/** What a user can tell a session to do, and what comes of it. Pure: the rules of the session's life are here. */
enum SessionCommand {
    UPDATE(SessionEventKind.UPDATED),
    PAUSE(SessionEventKind.PAUSED),
    RESUME(SessionEventKind.RESUMED),
    END(SessionEventKind.ENDED),
    CORRECT(SessionEventKind.CORRECTED),
    DELETE(SessionEventKind.DELETED);

    private final SessionEventKind event;

    SessionCommand(SessionEventKind event) {
        this.event = event;
    }

    SessionEventKind event() {
        return event;
    }

    /**
     * Whether the command makes an event, is done already, or comes too late. Of a deleted session there is nothing to
     * judge.
     */
    Decision decide(SessionLifecycle status) {
        if (status == SessionLifecycle.DELETED) {
            return Decision.TOO_LATE;
        }
        return switch (this) {
            // Also after the end: giving a finished session its right name does not change what happened in it.
            case UPDATE, CORRECT, DELETE -> Decision.APPLY;
            case PAUSE ->
                switch (status) {
                    case ACTIVE -> Decision.APPLY;
                    case PAUSED -> Decision.ALREADY_DONE;
                    case ENDED, DELETED -> Decision.TOO_LATE;
                };
            // Also while active: idleness may have paused the session, which only the stream knows.
            case RESUME -> status == SessionLifecycle.ENDED ? Decision.TOO_LATE : Decision.APPLY;
            case END -> status == SessionLifecycle.ENDED ? Decision.ALREADY_DONE : Decision.APPLY;
        };
    }

    /** The status that follows once the command has happened. */
    SessionLifecycle after(SessionLifecycle status) {
        return switch (this) {
            case UPDATE, CORRECT -> status;
            case PAUSE -> SessionLifecycle.PAUSED;
            case RESUME -> SessionLifecycle.ACTIVE;
            case END -> SessionLifecycle.ENDED;
            case DELETE -> SessionLifecycle.DELETED;
        };
    }

    enum Decision {
        APPLY,
        ALREADY_DONE,
        TOO_LATE
    }
}
