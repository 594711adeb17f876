@NullMarked
package dev.mindfulcode.projectionservice.minutes;

import org.jspecify.annotations.NullMarked;
