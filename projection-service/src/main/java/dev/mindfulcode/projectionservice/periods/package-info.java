/** The projection of flow periods. */
@NullMarked
package dev.mindfulcode.projectionservice.periods;

import org.jspecify.annotations.NullMarked;
