package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.schemas.SessionEventKind;

/** Commands on a session and the rules of its life cycle. Pure. */
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

    /** Returns whether the command reports new work, rather than managing what is stored. */
    boolean reportsWork() {
        return switch (this) {
            case UPDATE, PAUSE, RESUME -> true;
            case END, CORRECT, DELETE -> false;
        };
    }

    /** Returns whether the command applies, is already done or comes too late. */
    Decision decide(SessionLifecycle status) {
        if (status == SessionLifecycle.DELETED) {
            return Decision.TOO_LATE;
        }
        return switch (this) {
            // Also after the end: a new name does not change the session's events.
            case UPDATE, CORRECT, DELETE -> Decision.APPLY;
            case PAUSE ->
                switch (status) {
                    case ACTIVE -> Decision.APPLY;
                    case PAUSED -> Decision.ALREADY_DONE;
                    case ENDED, DELETED -> Decision.TOO_LATE;
                };
            // Also while active: the stream may have paused an idle session.
            case RESUME -> status == SessionLifecycle.ENDED ? Decision.TOO_LATE : Decision.APPLY;
            case END -> status == SessionLifecycle.ENDED ? Decision.ALREADY_DONE : Decision.APPLY;
        };
    }

    /** Returns the status after the command. */
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
