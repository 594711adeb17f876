@NullMarked
package dev.mindfulcode.projection.teams;

import org.jspecify.annotations.NullMarked;
