/** The projection of sessions: what their users said about them and what the stream saw. */
@NullMarked
package dev.mindfulcode.projection.sessions;

import org.jspecify.annotations.NullMarked;
