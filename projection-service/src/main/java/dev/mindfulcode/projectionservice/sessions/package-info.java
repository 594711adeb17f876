/** The projection of sessions, from events that users report and states that flow-stream observes. */
@NullMarked
package dev.mindfulcode.projectionservice.sessions;

import org.jspecify.annotations.NullMarked;
