package dev.mindfulcode.ingestservice;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The kinds of problem a client of ingest can meet. Names and status codes are public contract: add, never change. */
enum ProblemType {
    MALFORMED_BODY("malformed-body", 400, "The body cannot be read"),
    INVALID_BATCH("invalid-batch", 400, "A batch breaks the rules"),
    INVALID_UPLOAD("invalid-upload", 400, "The upload breaks the rules"),
    TOO_OLD("too-old", 400, "The batch is too old"),
    UNAUTHENTICATED("unauthenticated", 401, "A valid access token is needed"),
    UNKNOWN_SESSION("unknown-session", 404, "No such session"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The method is not allowed here"),
    REQUEST_TIMEOUT("request-timeout", 408, "The request took too long to arrive"),
    ACCOUNT_ERASED("account-erased", 410, "The account has been erased"),
    REQUEST_TOO_LARGE("request-too-large", 413, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body's format is not understood"),
    UPGRADE_REQUIRED("upgrade-required", 426, "This address speaks WebSocket"),
    INTERNAL_ERROR("internal-error", 500, "Something went wrong here"),
    OVERLOADED("overloaded", 503, "Too much is in flight"),
    UNAVAILABLE("unavailable", 503, "Batches cannot be stored at the moment");

    /** The verdicts on one batch of several. */
    static final Set<ProblemType> OF_A_BATCH =
            Collections.unmodifiableSet(EnumSet.of(INVALID_BATCH, TOO_OLD, UNKNOWN_SESSION));

    private static final String BASE = "https://mindfulcode.dev/problems/";

    private final String slug;
    private final int status;
    private final String title;

    ProblemType(String slug, int status, String title) {
        this.slug = slug;
        this.status = status;
        this.title = title;
    }

    /** The last part of {@link #uri()}, fit for a metric's label. */
    String slug() {
        return slug;
    }

    String uri() {
        return BASE + slug;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }
}
