@NullMarked
package dev.mindfulcode.projection.periods;

import org.jspecify.annotations.NullMarked;
