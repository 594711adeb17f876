@NullMarked
package dev.mindfulcode.flowengine.team;

import org.jspecify.annotations.NullMarked;
