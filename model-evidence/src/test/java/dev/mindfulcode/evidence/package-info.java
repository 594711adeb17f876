@NullMarked
package dev.mindfulcode.evidence;

import org.jspecify.annotations.NullMarked;
