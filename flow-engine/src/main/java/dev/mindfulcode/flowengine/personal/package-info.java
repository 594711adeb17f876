/** Personalization of readings by a user's own ratings. */
@NullMarked
package dev.mindfulcode.flowengine.personal;

import org.jspecify.annotations.NullMarked;
