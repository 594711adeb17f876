package dev.mindfulcode.projection.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEventKind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One thing that a user said about a session. */
record Said(
        UUID userId,
        SessionEventKind kind,
        long atMs,
        @Nullable SessionDetails details,
        long offset) {}
