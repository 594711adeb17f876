@NullMarked
package dev.mindfulcode.flowengine;

import org.jspecify.annotations.NullMarked;
