/** The model of a projection: a named, versioned fold from events to read-model rows. */
@NullMarked
package dev.mindfulcode.projectionservice.fold;

import org.jspecify.annotations.NullMarked;
