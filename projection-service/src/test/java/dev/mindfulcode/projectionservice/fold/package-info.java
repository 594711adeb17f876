@NullMarked
package dev.mindfulcode.projectionservice.fold;

import org.jspecify.annotations.NullMarked;
