@NullMarked
package dev.mindfulcode.projection.rebuild;

import org.jspecify.annotations.NullMarked;
