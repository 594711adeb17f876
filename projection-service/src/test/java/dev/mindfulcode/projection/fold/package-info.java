@NullMarked
package dev.mindfulcode.projection.fold;

import org.jspecify.annotations.NullMarked;
