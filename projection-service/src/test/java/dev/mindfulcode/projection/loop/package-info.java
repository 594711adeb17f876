@NullMarked
package dev.mindfulcode.projection.loop;

import org.jspecify.annotations.NullMarked;
