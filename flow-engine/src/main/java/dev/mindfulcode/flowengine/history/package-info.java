/** A person's recent work and its outcomes, over sessions: what a forecast of continued work is based on. */
@NullMarked
package dev.mindfulcode.flowengine.history;

import org.jspecify.annotations.NullMarked;
