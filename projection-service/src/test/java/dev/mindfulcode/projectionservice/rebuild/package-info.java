@NullMarked
package dev.mindfulcode.projectionservice.rebuild;

import org.jspecify.annotations.NullMarked;
