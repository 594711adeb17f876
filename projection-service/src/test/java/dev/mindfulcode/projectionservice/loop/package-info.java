@NullMarked
package dev.mindfulcode.projectionservice.loop;

import org.jspecify.annotations.NullMarked;
