/** The projection of minutes and of daily sums. */
@NullMarked
package dev.mindfulcode.projectionservice.minutes;

import org.jspecify.annotations.NullMarked;
