package dev.mindfulcode.ingest;

import java.time.Instant;
import java.util.UUID;

/** Who sends, as a verified token says, and until when that is to be believed. */
record AccessToken(UUID userId, Instant expiresAt) {}
