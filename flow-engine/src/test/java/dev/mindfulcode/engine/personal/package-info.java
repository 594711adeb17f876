@NullMarked
package dev.mindfulcode.engine.personal;

import org.jspecify.annotations.NullMarked;
