/** The projection of minutes, and of the days that they add up to. */
@NullMarked
package dev.mindfulcode.projectionservice.minutes;

import org.jspecify.annotations.NullMarked;
