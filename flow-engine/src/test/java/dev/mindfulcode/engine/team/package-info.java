@NullMarked
package dev.mindfulcode.engine.team;

import org.jspecify.annotations.NullMarked;
