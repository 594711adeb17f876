@NullMarked
package dev.mindfulcode.projectionservice.teams;

import org.jspecify.annotations.NullMarked;
