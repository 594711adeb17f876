/** Recovery from a system clock that is set back. */
@NullMarked
package dev.mindfulcode.schemas.clock;

import org.jspecify.annotations.NullMarked;
