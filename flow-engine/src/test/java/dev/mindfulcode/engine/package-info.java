@NullMarked
package dev.mindfulcode.engine;

import org.jspecify.annotations.NullMarked;
