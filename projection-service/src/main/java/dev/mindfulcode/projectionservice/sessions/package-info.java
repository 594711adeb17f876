/** The projection of sessions: what their users said about them and what the stream saw. */
@NullMarked
package dev.mindfulcode.projectionservice.sessions;

import org.jspecify.annotations.NullMarked;
