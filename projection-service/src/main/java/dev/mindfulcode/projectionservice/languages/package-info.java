/** The languages of sessions, and when each was set. */
@NullMarked
package dev.mindfulcode.projectionservice.languages;

import org.jspecify.annotations.NullMarked;
