@NullMarked
package dev.mindfulcode.projection.minutes;

import org.jspecify.annotations.NullMarked;
