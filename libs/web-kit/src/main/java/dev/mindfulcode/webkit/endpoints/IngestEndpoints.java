package dev.mindfulcode.webkit.endpoints;

import static dev.mindfulcode.webkit.problems.ProblemType.ACCOUNT_ERASED;
import static dev.mindfulcode.webkit.problems.ProblemType.INTERNAL_ERROR;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_BATCH;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_UPLOAD;
import static dev.mindfulcode.webkit.problems.ProblemType.MALFORMED_BODY;
import static dev.mindfulcode.webkit.problems.ProblemType.NOT_COLLECTED;
import static dev.mindfulcode.webkit.problems.ProblemType.OVERLOADED;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TIMEOUT;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TOO_LARGE;
import static dev.mindfulcode.webkit.problems.ProblemType.TOO_OLD;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAUTHENTICATED;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAVAILABLE;
import static dev.mindfulcode.webkit.problems.ProblemType.UNKNOWN_SESSION;
import static dev.mindfulcode.webkit.problems.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static dev.mindfulcode.webkit.problems.ProblemType.UPGRADE_REQUIRED;

import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;

/** The endpoints of ingest: it serves them, and the gateway describes them, since both share one origin. */
public final class IngestEndpoints {

    private static final ProblemType[] UPLOAD_PROBLEMS = {
        MALFORMED_BODY,
        INVALID_BATCH,
        INVALID_UPLOAD,
        TOO_OLD,
        UNAUTHENTICATED,
        UNKNOWN_SESSION,
        NOT_COLLECTED,
        REQUEST_TIMEOUT,
        ACCOUNT_ERASED,
        REQUEST_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        INTERNAL_ERROR,
        OVERLOADED,
        UNAVAILABLE
    };

    public static final Endpoint UPLOAD = Endpoint.post("/api/keystrokes")
            .access(Access.USER_OR_INGEST_KEY)
            .with(Feature.UNLIMITED)
            .with(Feature.UNTIMED)
            .problems(UPLOAD_PROBLEMS);

    public static final Endpoint FEATURES = Endpoint.post("/api/features")
            .access(Access.USER_OR_INGEST_KEY)
            .with(Feature.UNLIMITED)
            .with(Feature.UNTIMED)
            .problems(UPLOAD_PROBLEMS);

    public static final Endpoint WEB_SOCKET = Endpoint.get("/ws/ingest")
            .access(Access.USER_OR_INGEST_KEY)
            .with(Feature.UNLIMITED)
            .with(Feature.UNTIMED)
            .with(Feature.TOKEN_PARAMETER)
            .problems(UPLOAD_PROBLEMS)
            .problems(UPGRADE_REQUIRED);

    /** Outside /api, where the gateway requires a credential. */
    public static final Endpoint SCHEMA = Endpoint.get("/schemas/keystroke-upload.avsc")
            .access(Access.PUBLIC)
            .with(Feature.UNLIMITED)
            .problems(INTERNAL_ERROR, UNAVAILABLE);

    public static final List<Endpoint> ALL = List.of(UPLOAD, FEATURES, WEB_SOCKET, SCHEMA);

    private IngestEndpoints() {}
}
