@NullMarked
package dev.mindfulcode.projection;

import org.jspecify.annotations.NullMarked;
