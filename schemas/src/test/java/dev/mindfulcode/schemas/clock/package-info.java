@NullMarked
package dev.mindfulcode.schemas.clock;

import org.jspecify.annotations.NullMarked;
