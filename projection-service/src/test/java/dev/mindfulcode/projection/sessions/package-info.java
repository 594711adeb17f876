@NullMarked
package dev.mindfulcode.projection.sessions;

import org.jspecify.annotations.NullMarked;
