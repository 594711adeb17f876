@NullMarked
package dev.mindfulcode.projectionservice.sessions;

import org.jspecify.annotations.NullMarked;
